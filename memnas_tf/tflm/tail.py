"""The tail of the arena, where the runtime keeps its books: a replay of its allocations.

Source: TensorFlow Lite for Microcontrollers, micro_allocator.cc, micro_interpreter.cc and the
`Init` and `Prepare` functions of its reference kernels. Allocations follow each other downwards
from the end of the arena, each aligned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from memnas_tf.errors import ConfigError
from memnas_tf.tflm.graph import MicroGraph
from memnas_tf.tflm.head import ALIGNMENT, round_up
from memnas_tf.tflm.kernels import INDEX_BYTES, MOST_CONCATENATED
from memnas_tf.tflm.structs import Struct, Structs

RUNTIME = (
    "single_arena_allocator",
    "greedy_planner",
    "micro_allocator",
    "builtin_data_allocator",
    "subgraph",
)


class Allocation(NamedTuple):
    """A piece of the tail: what it is for, its bytes and its alignment."""

    part: str
    bytes: int
    alignment: int


def check_known(graph: MicroGraph, sizes: Structs) -> None:
    """Refuse a model that the runtime does not run, or whose needs are not known.

    Args:
        graph: The model.
        sizes: The sizes of the runtime's structs.

    Raises:
        ConfigError: If there is an operation of another kind, or one of too many inputs.
    """
    unknown = {operation.kind for operation in graph.operations} - sizes.kinds
    if unknown:
        raise ConfigError(
            "no memory on a microcontroller is known for models with "
            f"{', '.join(sorted(unknown))}; known are {', '.join(sorted(sizes.kinds))}"
        )
    for operation in graph.operations:
        count = len(operation.inputs)
        if operation.kind == "CONCATENATION" and count > MOST_CONCATENATED:
            raise ConfigError(
                f"a CONCATENATION reads {count} tensors, and TensorFlow Lite for Microcontrollers "
                f"takes {MOST_CONCATENATED} at most; use fewer outputs in a block"
            )


def before_planning(graph: MicroGraph, sizes: Structs) -> Iterator[Allocation]:
    """Yield what is allocated before tensors are planned, in order."""
    shared, operations = sizes.shared, graph.operations
    for name in RUNTIME:
        yield Allocation("runtime", *shared[name])
    yield _several("tensors", shared["tensor"], len(graph.tensors))
    yield _several("operations", shared["operation"], len(operations))
    for operation in operations:
        if operation.kind in sizes.builtin_data:
            yield Allocation("operations", *sizes.builtin_data[operation.kind])
    for operation in operations:
        if operation.kind in sizes.operation_data:
            yield Allocation("kernels", sizes.operation_data[operation.kind], ALIGNMENT)
    for operation in operations:
        for _ in ("multipliers", "shifts") if operation.channels else ():
            yield Allocation("channels", operation.channels * INDEX_BYTES, ALIGNMENT)
    scratch = sum(len(operation.scratch) for operation in operations)
    if scratch:
        yield _several("kernels", shared["scratch_handle"], scratch)


def after_planning(graph: MicroGraph, sizes: Structs) -> Iterator[Allocation]:
    """Yield what is allocated once tensors are planned: inputs and outputs."""
    shared = sizes.shared
    for tensors in (graph.inputs, graph.outputs):
        pointers = shared["pointer"].bytes * len(tensors)
        yield Allocation("inputs and outputs", pointers, ALIGNMENT)
        for tensor in tensors:
            yield Allocation("inputs and outputs", *shared["end"])
            scales = graph.tensors[tensor].scales
            if scales:
                yield Allocation("inputs and outputs", *shared["quantisation"])
                zeros = (1 + scales) * INDEX_BYTES  # their number, and each
                yield Allocation("inputs and outputs", zeros, INDEX_BYTES)


def stack(allocations: Iterable[Allocation], start: int = 0, end: int = 0) -> int:
    """Put allocations one below the other.

    Args:
        allocations: The allocations in order.
        start: Bytes that are taken already, from the arena's end.
        end: The address of the arena's end; only what it is beyond a multiple of the alignment
            matters.

    Returns:
        Bytes that are taken then.
    """
    taken = start
    for _, size, alignment in allocations:
        taken += size
        taken += (end - taken) % alignment
    return taken


def compact(allocations: Iterable[Allocation]) -> list[Allocation]:
    """Put allocations together that come to the same, to be stacked several times.

    From a multiple of the alignment on, each takes a multiple of it.
    """
    made: list[Allocation] = []
    alignment = rest = 0
    for allocation in allocations:
        if allocation.alignment == alignment:
            rest += round_up(allocation.bytes, alignment)
            continue
        made += [Allocation("", rest, alignment)] if rest else []
        made.append(allocation)
        alignment, rest = allocation.alignment, 0
    return [*made, Allocation("", rest, alignment)] if rest else made


def parts(allocations: Iterable[Allocation]) -> dict[str, int]:
    """Add up allocations by part, with what their alignment costs; for an aligned end."""
    taken = 0
    by_part: dict[str, int] = {}
    for allocation in allocations:
        after = stack((allocation,), taken)
        by_part[allocation.part] = by_part.get(allocation.part, 0) + after - taken
        taken = after
    return by_part


def _several(part: str, struct: Struct, count: int) -> Allocation:
    return Allocation(part, struct.bytes * count, struct.alignment)
