"""What the runtime needs in the head of the arena while it prepares operations.

While an operation is prepared, structs of its tensors lie there, with a zero for every channel. It
is more than planning needs in models of a few operations, or of a last one with many channels.

Source: TensorFlow Lite for Microcontrollers, micro_allocator.cc, `AllocateTempTfLiteTensor`, and
the `Prepare` functions of its reference kernels, which take some tensors twice.
"""

from __future__ import annotations

from memnas_tf.tflm.graph import MicroGraph, MicroOperation
from memnas_tf.tflm.head import round_up
from memnas_tf.tflm.kernels import INDEX_BYTES
from memnas_tf.tflm.structs import Structs

SCRATCH_RESERVE = 12  # requests that an operation may make while it is prepared
CONVOLUTIONS = frozenset(("CONV_2D", "DEPTHWISE_CONV_2D"))


def preparing_bytes(graph: MicroGraph, sizes: Structs) -> int:
    """Return what preparing needs in the head beside the whole tail before planning.

    Args:
        graph: The model.
        sizes: The sizes of the runtime's structs.

    Returns:
        Bytes; what an operation needs, less what those after it add to the tail.
    """
    request = sizes.shared["scratch_request"]
    reserve = round_up(SCRATCH_RESERVE * request.bytes, request.alignment)
    most = later = 0
    for operation in reversed(graph.operations):
        most = max(most, reserve + _temporary_bytes(graph, operation, sizes) - later)
        later += 2 * round_up(operation.channels * INDEX_BYTES)
    return most


def _temporary_bytes(graph: MicroGraph, operation: MicroOperation, sizes: Structs) -> int:
    tensors = [*operation.inputs, *operation.outputs]
    if operation.kind in CONVOLUTIONS:
        tensors += [*operation.inputs[:2], *operation.outputs]
    return sum(_struct_bytes(graph.tensors[tensor].scales, sizes) for tensor in tensors)


def _struct_bytes(scales: int, sizes: Structs) -> int:
    struct, quantisation = sizes.shared["end"], sizes.shared["quantisation"]
    taken = struct.bytes
    if scales:
        taken += quantisation.bytes + (1 + scales) * INDEX_BYTES
    return round_up(taken, struct.alignment)
