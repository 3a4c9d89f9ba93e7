"""A network as the operations that the converter to LiteRT makes of it.

Batch normalisation and rectifiers become part of the convolution before them. A dilated
convolution becomes four operations, and its batch normalisation two more, as the converter
does not fold constants through them. Equal operations without weights on the same input are one.
"""

from __future__ import annotations

from typing import NamedTuple

from memnas_tf.genotype import Block, Genotype, live_cells
from memnas_tf.memory.arena import RuntimeGraph, RuntimeOperation
from memnas_tf.memory.conversion_order import Source, conversion_order
from memnas_tf.operations import operation_primitives
from memnas_tf.primitives import Conv, DepthwiseConv, Pool, Primitive
from memnas_tf.template import STEM_PRIMITIVES, Geometry, Template

BYTES_PER_VALUE = 4  # float32
INDEX_BYTES = 4  # int32
IMAGE_AXES = 4  # batch, height, width, channels
POOLED_AXES = 2  # height, width


class Shape(NamedTuple):
    """The shape of a tensor."""

    batch: int
    height: int
    width: int
    channels: int

    @property
    def bytes(self) -> int:
        """The tensor's size in bytes."""
        return self.batch * self.height * self.width * self.channels * BYTES_PER_VALUE


class _Builder:
    """Collects operations in an order in which they can run; operation i makes tensor i."""

    def __init__(self, image: Shape, im2col: bool) -> None:
        self.shapes = [image]
        self.operations = [RuntimeOperation("INPUT", (), 0)]
        self.sources = [Source("", (), False)]
        self.im2col = im2col

    def add(
        self,
        kind: str,
        name: str,
        inputs: tuple[int, ...],
        shape: Shape,
        *,
        weights: bool = False,
        temporaries: tuple[int, ...] = (),
    ) -> int:
        """Append an operation; return its tensor."""
        tensor = len(self.shapes)
        in_place = kind in ("ADD", "MUL")
        self.shapes.append(shape)
        self.operations.append(RuntimeOperation(kind, inputs, tensor, temporaries, in_place))
        self.sources.append(Source(name, inputs, weights))
        return tensor

    def convolve(
        self, name: str, tensor: int, shape: Shape, kernel: tuple[int, int], stride: int = 1
    ) -> int:
        """Append a convolution, with its im2col temporary where it needs one."""
        values = kernel[0] * kernel[1] * self.shapes[tensor].channels
        needed = self.im2col and (stride > 1 or kernel != (1, 1))
        temporaries = (shape._replace(channels=values).bytes,) if needed else ()
        return self.add("CONV_2D", name, (tensor,), shape, weights=True, temporaries=temporaries)


def litert_graph(genotype: Genotype, template: Template, im2col: bool = False) -> RuntimeGraph:
    """Lay out the operations that LiteRT runs for a network, for one float32 image.

    Args:
        genotype: The architecture.
        template: The network's size.
        im2col: Whether a convolution unrolls its input into a temporary, as the optimised
            kernels do on one thread.

    Returns:
        The operations in the order in which they run.

    Raises:
        GenotypeError: If a block has no output.
    """
    genotype.require_buildable()
    builder = _Builder(Shape(1, *template.input_shape), im2col)
    tensor = 0
    for filters in template.stem:
        # The names of stem layers are larger than those of blocks.
        tensor = _add_primitives(builder, "stem", STEM_PRIMITIVES, tensor, filters, 2)
    for number, (block, geometry) in enumerate(template.geometries(genotype), 1):
        tensor = _add_block(builder, f"block_{number}_1", block, geometry, tensor)
    _add_classifier(builder, tensor, template.classes)
    return _ordered(builder)


def _add_block(builder: _Builder, name: str, block: Block, geometry: Geometry, tensor: int) -> int:
    place = {0: tensor}
    outputs: list[int] = []
    for index, cell in live_cells(block).items():
        operands: list[int] = []
        for number, source, operation in (
            (1, cell.input_1, cell.operation_1),
            (2, cell.input_2, cell.operation_2),
        ):
            operand, stride = place[source], geometry.stride_from(source)
            channels, filters = builder.shapes[operand].channels, geometry.filters
            primitives = operation_primitives(operation, channels, filters, stride)
            path = f"{name}/cell_{index}_1/operation_{number}_1"
            operands.append(_add_primitives(builder, path, primitives, operand, filters, stride))
        place[index] = _combine(builder, f"{name}/cell_{index}_1", cell.combine, operands)
        if cell.is_output:
            outputs.append(place[index])
    if len(outputs) == 1:
        return outputs[0]
    return _combine(builder, f"{name}/output_1", "concat", outputs)


def _combine(builder: _Builder, name: str, combine: str, operands: list[int]) -> int:
    shape = builder.shapes[operands[0]]
    if combine == "sum":
        return builder.add("ADD", f"{name}/add", tuple(operands), shape)
    shape = shape._replace(channels=sum(builder.shapes[o].channels for o in operands))
    return builder.add("CONCATENATION", f"{name}/concatenate", tuple(operands), shape)


def _add_primitives(
    builder: _Builder,
    name: str,
    primitives: tuple[Primitive, ...],
    tensor: int,
    filters: int,
    stride: int,
) -> int:
    for primitive in primitives:
        step = stride if getattr(primitive, "strided", False) else 1
        before = builder.shapes[tensor]
        shape = Shape(1, -(-before.height // step), -(-before.width // step), before.channels)
        match primitive:
            case Conv(kernel, 1):
                shape = shape._replace(channels=filters)
                tensor = builder.convolve(name, tensor, shape, kernel, step)
            case Conv(kernel, dilation):
                tensor = _add_dilated(builder, name, tensor, filters, kernel, dilation)
            case DepthwiseConv():
                tensor = builder.add("DEPTHWISE_CONV_2D", name, (tensor,), shape, weights=True)
            case Pool(kind):
                kind = "MAX_POOL_2D" if kind == "max" else "AVERAGE_POOL_2D"
                tensor = builder.add(kind, name, (tensor,), shape)
    return tensor


def _add_dilated(
    builder: _Builder,
    name: str,
    tensor: int,
    filters: int,
    kernel: tuple[int, int],
    dilation: int,
) -> int:
    """Append a dilated convolution: every `dilation`-th position to a batch of its own."""
    _, height, width, channels = builder.shapes[tensor]
    # The positions that the kernel covers beyond the first, and rounded up to whole batches.
    reach = (kernel[0] - 1, kernel[1] - 1)
    rows = -(-height // dilation) + reach[0]
    columns = -(-width // dilation) + reach[1]
    spread = Shape(dilation * dilation, rows, columns, channels)
    tensor = builder.add("SPACE_TO_BATCH_ND", name, (tensor,), spread)
    shape = Shape(spread.batch, rows - reach[0], columns - reach[1], filters)
    tensor = builder.convolve(name, tensor, shape, kernel)
    shape = Shape(1, height, width, filters)
    tensor = builder.add("BATCH_TO_SPACE_ND", name, (tensor,), shape)
    tensor = builder.add("MUL", name, (tensor,), shape, weights=True)
    return builder.add("ADD", name, (tensor,), shape, weights=True)


def _add_classifier(builder: _Builder, tensor: int, classes: int) -> None:
    pooled = Shape(1, 1, 1, builder.shapes[tensor].channels)
    temporaries = (IMAGE_AXES * INDEX_BYTES, POOLED_AXES * INDEX_BYTES, pooled.bytes)
    tensor = builder.add("MEAN", "pool", (tensor,), pooled, temporaries=temporaries)
    scores = Shape(1, 1, 1, classes)
    tensor = builder.add("FULLY_CONNECTED", "classifier", (tensor,), scores, weights=True)
    builder.add("SOFTMAX", "classifier", (tensor,), scores)


def _ordered(builder: _Builder) -> RuntimeGraph:
    """Put operations in the converter's order, and merge equal ones; tensors follow that order."""
    tensors = {0: 0}
    sizes = [builder.shapes[0].bytes]
    operations: list[RuntimeOperation] = []
    made: dict[tuple[str, tuple[int, ...]], int] = {}
    for position in conversion_order(builder.sources)[1:]:
        operation = builder.operations[position]
        inputs = tuple(tensors[tensor] for tensor in operation.inputs)
        key = (operation.kind, inputs)
        if key in made and not builder.sources[position].has_weights:
            tensors[position] = made[key]
            continue
        tensors[position] = made[key] = len(sizes)
        sizes.append(builder.shapes[position].bytes)
        operations.append(operation._replace(inputs=inputs, output=tensors[position]))
    return RuntimeGraph(tuple(sizes), tuple(operations), inputs=(0,), outputs=(len(sizes) - 1,))
