"""The arena of the LiteRT interpreter: a replay of its memory planner.

Source: TensorFlow Lite, arena_planner.cc and simple_memory_arena.cc. Tensors are placed one after
another, the largest first, each in the smallest gap that is large enough among the tensors that
live at the same time. Nothing here knows of networks.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from typing import NamedTuple

ALIGNMENT = 64  # bytes
SCALAR_BYTES = 4  # tensors up to this size never share memory


class RuntimeOperation(NamedTuple):
    """One operation of the runtime and the tensors that it makes.

    Attributes:
        kind: Its name in LiteRT, such as "CONV_2D".
        inputs: The tensors that it reads, as indices of `RuntimeGraph.sizes`; no constants.
        outputs: The tensors that it makes.
        temporaries: Bytes of each tensor that only it uses, while it runs.
        in_place: The inputs over which it may write its first output, the preferred first.
        keeps_values: Whether its output holds its input's values, so that others may still read
            them where the two share memory.
    """

    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    temporaries: tuple[int, ...] = ()
    in_place: tuple[int, ...] = ()
    keeps_values: bool = False


class RuntimeGraph(NamedTuple):
    """What an interpreter runs, in order.

    Attributes:
        sizes: Bytes of every tensor that is no constant.
        operations: The operations in the order in which they run.
        inputs: The tensors that are filled before the first operation.
        outputs: The tensors that are read after the last one.
    """

    sizes: tuple[int, ...]
    operations: tuple[RuntimeOperation, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


class Arena(NamedTuple):
    """Where the planner puts every tensor.

    Attributes:
        size: Bytes that it allocates, up to the end of the last tensor.
        offsets: The first byte of every tensor of `RuntimeGraph.sizes`.
    """

    size: int
    offsets: tuple[int, ...]


class _Request(NamedTuple):
    """A tensor to place: `tensor` is negative for a temporary."""

    tensor: int
    size: int
    first: int
    last: int


def plan_arena(graph: RuntimeGraph) -> Arena:
    """Lay out a graph's tensors as the interpreter does.

    Args:
        graph: The operations in the order in which they run.

    Returns:
        The arena's size in bytes, and every tensor's offset.
    """
    owners = shared_owners(graph)
    forever = len(graph.operations)
    first, last = intervals(graph, owners)
    requests = [
        _Request(tensor, graph.sizes[tensor], first[tensor], last[tensor])
        for tensor, owner in enumerate(owners)
        if tensor == owner
    ]
    requests += [
        _Request(-1, size, step, step)
        for step, operation in enumerate(graph.operations)
        for size in operation.temporaries
    ]
    requests.sort(key=lambda request: _rank(request, forever))
    places, size = _place(requests)
    return Arena(size, tuple(places[owner] for owner in owners))


def _reference_counts(graph: RuntimeGraph) -> list[int]:
    counts = [0] * len(graph.sizes)
    for tensor in (*graph.inputs, *graph.outputs):
        counts[tensor] += 1
    for operation in graph.operations:
        for tensor in operation.inputs:
            counts[tensor] += 1
    return counts


def shared_owners(graph: RuntimeGraph) -> list[int]:
    """Return for every tensor the one in whose memory it lies: itself, if it shares none."""
    counts = _reference_counts(graph)
    owners = list(range(len(graph.sizes)))
    for operation in graph.operations:
        output = next(iter(operation.outputs), None)
        if output is None or output in graph.outputs:
            continue
        for tensor in operation.in_place:
            if tensor not in graph.inputs and (
                operation.keeps_values or _may_overwrite(graph, counts, tensor, output)
            ):
                # The planner tries no other input where this one's owner has other readers.
                if operation.keeps_values or counts[owners[tensor]] == 1:
                    owners[output] = owners[tensor]
                break
    return owners


def _may_overwrite(graph: RuntimeGraph, counts: list[int], tensor: int, output: int) -> bool:
    return counts[tensor] == 1 and graph.sizes[tensor] == graph.sizes[output] > SCALAR_BYTES


def intervals(graph: RuntimeGraph, owners: Sequence[int]) -> tuple[list[int], list[int]]:
    """Tell during which operations tensors live.

    A tensor that nobody reads is never freed.

    Args:
        graph: The operations in the order in which they run.
        owners: What `shared_owners` returns.

    Returns:
        The first and the last operation of every tensor, counted from 0; the last is the number
        of operations for one that lives beyond them.
    """
    forever = len(graph.operations)
    first = [0] * len(owners)
    last = [forever] * len(owners)
    for step, operation in enumerate(graph.operations):
        for tensor in operation.outputs:
            first[tensor] = step
        for tensor in operation.inputs:
            last[owners[tensor]] = step
    for tensor in (*graph.inputs, *graph.outputs):
        last[owners[tensor]] = forever
    return first, last


def _rank(request: _Request, forever: int) -> tuple[int, int, int]:
    if request.first == 0 and request.last == forever:
        return (0, request.tensor, 0)
    # The planner's sort is not stable: of an operation's output and a temporary of the same size,
    # the temporary nearly always comes first.
    return (1, -request.size, 2 * request.first + (request.tensor >= 0))


def _place(requests: list[_Request]) -> tuple[dict[int, int], int]:
    """Place requests in turn; return the offset of each tensor and the end of the last one."""
    placed: list[tuple[int, int, int, int]] = []  # offset, end, first, last; sorted by offset
    places: dict[int, int] = {}
    size = 0
    for tensor, wanted, first, last in requests:
        offset = _best_gap(placed, wanted, first, last)
        insort(placed, (offset, offset + wanted, first, last), key=_offset)
        places[tensor] = offset
        size = max(size, offset + wanted)
    return places, size


def _offset(allocation: tuple[int, int, int, int]) -> int:
    return allocation[0]


def _best_gap(placed: list[tuple[int, int, int, int]], wanted: int, first: int, last: int) -> int:
    best, smallest = -1, -1
    end = 0  # of what lives at the same time, so far
    start = 0  # the same, aligned
    for other, other_end, other_first, other_last in placed:
        if other_last < first or other_first > last:
            continue
        if start + wanted <= other and (smallest < 0 or other - start < smallest):
            best, smallest = start, other - end
            if not smallest:
                break
        if other_end > end:
            end = other_end
            start = -(-end // ALIGNMENT) * ALIGNMENT
    return start if best < 0 else best
