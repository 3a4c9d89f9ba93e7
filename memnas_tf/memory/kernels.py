"""What LiteRT's kernels need beside their outputs, and where they work in place.

Source: TensorFlow Lite, the `Prepare` functions and registrations of its kernels.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from memnas_tf.errors import ConfigError
from memnas_tf.memory.arena import RuntimeGraph, RuntimeOperation

KERNELS = ("reference", "optimised")

INDEX_BYTES = 4  # int32: axes, and the sums of int8 values
MAY_OVERWRITE = {"ADD": 2, "SUB": 2, "MUL": 2, "DIV": 2, "SOFTMAX": 1}  # how many inputs
KEEPS_VALUES = frozenset(("RESHAPE", "EXPAND_DIMS", "SQUEEZE", "BITCAST"))
REDUCTIONS = frozenset(
    ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "REDUCE_ANY", "REDUCE_ALL")
)
# They allocate their outputs and nothing else.
# fmt: off
PLAIN = frozenset((
    "ABS", "AVERAGE_POOL_2D", "BATCH_TO_SPACE_ND", "CAST", "CONCATENATION", "DEPTHWISE_CONV_2D",
    "DEPTH_TO_SPACE", "DEQUANTIZE", "ELU", "EXP", "FULLY_CONNECTED", "GATHER", "GELU",
    "HARD_SWISH", "LEAKY_RELU", "LOG", "LOGISTIC", "MAXIMUM", "MAX_POOL_2D", "MINIMUM",
    "MIRROR_PAD", "NEG", "PACK", "PAD", "PADV2", "POW", "PRELU", "QUANTIZE", "RELU", "RELU6",
    "RELU_0_TO_1", "RELU_N1_TO_1", "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR", "RSQRT", "SHAPE",
    "SLICE", "SPACE_TO_BATCH_ND", "SPACE_TO_DEPTH", "SPLIT", "SPLIT_V", "SQRT", "SQUARE",
    "SQUARED_DIFFERENCE", "STRIDED_SLICE", "TANH", "TILE", "TRANSPOSE", "UNPACK",
))
# fmt: on
KINDS = frozenset(("CONV_2D", *PLAIN, *MAY_OVERWRITE, *KEEPS_VALUES, *REDUCTIONS))


class Tensor(NamedTuple):
    """A tensor that is no constant.

    Attributes:
        shape: The number of values along each axis, for one image.
        bytes_per_value: 4 for float32, 1 for int8.
    """

    shape: tuple[int, ...]
    bytes_per_value: int

    @property
    def bytes(self) -> int:
        """The tensor's size in bytes."""
        return prod(self.shape) * self.bytes_per_value


class Operation(NamedTuple):
    """One operation of a LiteRT model.

    Attributes:
        kind: Its name in LiteRT, such as "CONV_2D".
        inputs: The tensors that it reads, as indices of `OperationGraph.tensors`; no constants.
        outputs: The tensors that it makes; none where it is done before the first run.
        window: Height and width of a convolution's kernel, or of what a pooling looks at.
        has_gaps: Whether it skips positions, by a stride or a dilation.
        axes: The number of axes that a reduction goes over.
        rectified: Whether a convolution sets what is negative to zero.
    """

    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    window: tuple[int, int] = (1, 1)
    has_gaps: bool = False
    axes: int = 0
    rectified: bool = False


class OperationGraph(NamedTuple):
    """A LiteRT model.

    Attributes:
        tensors: Every tensor that is no constant.
        operations: The operations in the order in which they run.
        inputs: The tensors that are filled before the first operation.
        outputs: The tensors that are read after the last one.
    """

    tensors: tuple[Tensor, ...]
    operations: tuple[Operation, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def runtime_graph(graph: OperationGraph, kernels: str = "reference") -> RuntimeGraph:
    """Add what the kernels need to run a model.

    Args:
        graph: The model.
        kernels: "reference", or "optimised" for optimised kernels on one thread without
            delegates.

    Returns:
        What the interpreter plans its arena for.

    Raises:
        ConfigError: If the kernels have another name, or an operation's needs are not known.
    """
    if kernels not in KERNELS:
        raise ConfigError(f"kernels is {kernels!r}; use one of {', '.join(KERNELS)}")
    unknown = {operation.kind for operation in graph.operations} - KINDS
    if unknown:
        raise ConfigError(f"no arena is known for models with {', '.join(sorted(unknown))}")
    return RuntimeGraph(
        tuple(tensor.bytes for tensor in graph.tensors),
        tuple(
            RuntimeOperation(
                operation.kind,
                operation.inputs,
                operation.outputs,
                _temporaries(operation, graph.tensors, kernels),
                *_in_place(operation),
            )
            for operation in graph.operations
        ),
        graph.inputs,
        graph.outputs,
    )


def _in_place(operation: Operation) -> tuple[tuple[int, ...], bool]:
    if operation.kind in KEEPS_VALUES:
        return operation.inputs[:1], True
    return operation.inputs[: MAY_OVERWRITE.get(operation.kind, 0)], False


def _temporaries(
    operation: Operation, tensors: tuple[Tensor, ...], kernels: str
) -> tuple[int, ...]:
    if operation.kind == "CONV_2D" and kernels == "optimised":
        return _unrolled_input(operation, tensors)
    if operation.kind in REDUCTIONS:
        return _reduction(operation, tensors)
    return ()


def _unrolled_input(operation: Operation, tensors: tuple[Tensor, ...]) -> tuple[int, ...]:
    """Return the im2col buffer: the values under the kernel, for every position of the output."""
    if operation.window == (1, 1) and not operation.has_gaps:
        return ()
    source, output = tensors[operation.inputs[0]], tensors[operation.outputs[0]]
    values = prod(output.shape[:3]) * prod(operation.window) * source.shape[3]
    return (values * source.bytes_per_value,)


def _reduction(operation: Operation, tensors: tuple[Tensor, ...]) -> tuple[int, ...]:
    """Return the position in the input, the axes, and the sums."""
    source, output = tensors[operation.inputs[0]], tensors[operation.outputs[0]]
    sums = prod(output.shape) * max(output.bytes_per_value, INDEX_BYTES)
    return (len(source.shape) * INDEX_BYTES, operation.axes * INDEX_BYTES, sums)
