"""The RAM that TensorFlow Lite for Microcontrollers needs for a model, to the byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from memnas_tf.tflm.graph import MicroGraph
from memnas_tf.tflm.head import ALIGNMENT, Buffer, buffers, extent, place, round_up
from memnas_tf.tflm.preparing import SCRATCH_RESERVE, preparing_bytes
from memnas_tf.tflm.structs import Structs, structs
from memnas_tf.tflm.tail import after_planning, before_planning, check_known, compact, parts, stack

PLANNER_BYTES = 40  # of a buffer, while it is planned


@dataclass(frozen=True)
class TflmMemory:
    """RAM in bytes.

    Attributes:
        tensor_bytes: The head of the arena: tensors and scratch buffers.
        bookkeeping: The tail, by part: the runtime itself, its structs for tensors and
            operations, what kernels and channels need, inputs and outputs.
        smallest_arena: The smallest `kTensorArenaSize`, for an arena aligned to 16 bytes. It is
            more than what is used where planning itself needs more.
    """

    tensor_bytes: int
    bookkeeping: Mapping[str, int]
    smallest_arena: int

    @property
    def bookkeeping_bytes(self) -> int:
        """The tail of the arena."""
        return sum(self.bookkeeping.values())

    @property
    def used(self) -> int:
        """What the interpreter reports as used, `arena_used_bytes`."""
        return self.tensor_bytes + self.bookkeeping_bytes


def tflm_memory(graph: MicroGraph, word: int = 32) -> TflmMemory:
    """Tell what the runtime allocates for a model.

    Args:
        graph: The model.
        word: 32 for devices such as a Cortex-M, 64 for the wheel on x86-64.

    Returns:
        Its RAM.

    Raises:
        ConfigError: If the needs of one of its operations are not known, or the word size is
            another.
    """
    sizes = structs(word)
    check_known(graph, sizes)
    wanted = buffers(graph)
    head = extent(wanted, place(wanted))
    tail = [*before_planning(graph, sizes), *after_planning(graph, sizes)]
    return TflmMemory(head, parts(tail), _smallest_arena(graph, sizes, wanted, head))


def _smallest_arena(graph: MicroGraph, sizes: Structs, wanted: list[Buffer], head: int) -> int:
    planning = max(_planning_bytes(graph, sizes, len(wanted)), preparing_bytes(graph, sizes))
    first, then = compact(before_planning(graph, sizes)), compact(after_planning(graph, sizes))
    candidates = []
    # Where the arena ends between two multiples of the alignment, less may be lost to it.
    for end in range(0, ALIGNMENT, sizes.shared["pointer"].alignment):
        before = stack(first, end=end)
        tail = stack(then, before, end)
        needed = max(head + tail, planning + before)
        candidates.append(needed + (end - needed) % ALIGNMENT)
    return min(candidates)


def _planning_bytes(graph: MicroGraph, sizes: Structs, count: int) -> int:
    """Return what the runtime needs in the head while it plans."""
    shared = sizes.shared
    scratch = sum(len(operation.scratch) for operation in graph.operations)
    taken = 0
    for struct, number in (
        (shared["scratch_request"], scratch + SCRATCH_RESERVE),
        (shared["pointer"], 1),
        (shared["allocation"], len(graph.tensors) + scratch),
    ):
        taken = round_up(taken, struct.alignment) + number * struct.bytes
    # The planner gets whole multiples of the alignment.
    return round_up(round_up(taken) + count * PLANNER_BYTES)
