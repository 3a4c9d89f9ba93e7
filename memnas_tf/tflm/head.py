"""The head of the arena, where tensors lie: a replay of the runtime's greedy planner.

Source: TensorFlow Lite for Microcontrollers, micro_allocation_info.cc and
greedy_memory_planner.cc. The largest buffer comes first, each at the first gap that takes it
among the buffers that live at the same time. Nothing is written in place.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from memnas_tf.tflm.graph import MicroGraph

ALIGNMENT = 16  # bytes
UNPLANNED = -1  # the offset of a buffer that the planner is to place
NEVER = -1
SPAN = 8  # steps whose buffers are kept together, as few others live at the same time


class Buffer(NamedTuple):
    """A tensor or a scratch buffer to place.

    Attributes:
        size: Bytes, rounded up to the alignment.
        first: The step that makes it; operations are steps from 1, and 0 is before them.
        last: The step that reads it last.
        offset: Where the file's plan puts it; -1 for wherever the planner likes.
    """

    size: int
    first: int
    last: int
    offset: int = UNPLANNED


def round_up(size: int, alignment: int = ALIGNMENT) -> int:
    """Return the next multiple of an alignment."""
    return -(-size // alignment) * alignment


def placed_tensors(graph: MicroGraph) -> list[int]:
    """Return the tensors that the runtime places in its arena."""
    return [i for i, t in enumerate(graph.tensors) if t.bytes and not t.is_constant]


def buffers(graph: MicroGraph) -> list[Buffer]:
    """List what is placed in the arena's head, in the runtime's order.

    Args:
        graph: The model.

    Returns:
        The tensors of `placed_tensors`, then the scratch buffers.
    """
    first = [NEVER] * len(graph.tensors)
    last = [NEVER] * len(graph.tensors)
    for tensor in graph.inputs:
        first[tensor] = last[tensor] = 0
    for step, operation in enumerate(graph.operations, 1):
        for tensor in operation.outputs:
            if first[tensor] == NEVER:
                first[tensor] = step
        for tensor in (*operation.inputs, *operation.outputs):
            last[tensor] = step
    for tensor in graph.outputs:
        last[tensor] = len(graph.operations)
    plan = graph.plan or (UNPLANNED,) * len(graph.tensors)
    tensors = [
        Buffer(round_up(graph.tensors[tensor].bytes), first[tensor], last[tensor], plan[tensor])
        for tensor in placed_tensors(graph)
    ]
    scratch = [
        Buffer(round_up(size), step, step)
        for step, operation in enumerate(graph.operations, 1)
        for size in operation.scratch
    ]
    return tensors + scratch


def place(wanted: Sequence[Buffer]) -> tuple[int, ...]:
    """Place buffers as the runtime does.

    Args:
        wanted: What `buffers` lists.

    Returns:
        The offset of each in bytes.
    """
    return place_in_order(wanted, runtime_order(wanted))


def runtime_order(wanted: Sequence[Buffer]) -> list[int]:
    """Return the order in which the runtime places buffers: what is planned, then the largest."""
    planned = [i for i, buffer in enumerate(wanted) if buffer.offset != UNPLANNED]
    # Of equals the later one comes first.
    others = [i for i in reversed(range(len(wanted))) if wanted[i].offset == UNPLANNED]
    return planned + sorted(others, key=lambda i: -wanted[i].size)


def place_in_order(wanted: Sequence[Buffer], order: Sequence[int]) -> tuple[int, ...]:
    """Place buffers in a given order, each at the first gap that takes it.

    Args:
        wanted: The buffers.
        order: Their places in `wanted`, the first to be placed first.

    Returns:
        The offset of each in bytes.
    """
    offsets = [0] * len(wanted)
    # Offset, end, first and last of what is placed, by offset, for each span of steps.
    placed: defaultdict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
    for index in order:
        size, first, last, offset = wanted[index]
        spans = range(first // SPAN, last // SPAN + 1)
        if offset == UNPLANNED:
            offset = 0
            near = placed[spans[0]]
            if len(spans) > 1:
                near = sorted({one for span in spans for one in placed[span]})
            for other, end, other_first, other_last in near:
                if other_first <= last and first <= other_last:
                    if other - offset >= size:
                        break
                    if end > offset:
                        offset = end
        offsets[index] = offset
        for span in spans:
            insort(placed[span], (offset, offset + size, first, last))
    return tuple(offsets)


def extent(wanted: Sequence[Buffer], offsets: Sequence[int]) -> int:
    """Return the end of the last buffer in bytes."""
    ends = (offset + buffer.size for buffer, offset in zip(wanted, offsets, strict=True))
    return max(ends, default=0)


def live_bound(wanted: Sequence[Buffer]) -> int:
    """Return the most bytes that live at once: no placement takes less."""
    steps = {buffer.first for buffer in wanted}
    return max(
        (sum(b.size for b in wanted if b.first <= step <= b.last) for step in steps), default=0
    )
