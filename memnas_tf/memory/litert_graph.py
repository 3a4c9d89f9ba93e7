"""A network as the operations that the converter to LiteRT makes of it.

Batch normalisation and rectifiers become part of the convolution before them, dilated or not
(`memnas_tf.litert.dilation`). Equal operations without weights on the same input are one.
Quantisation to int8 adds an operation where a tensor needs two scales.
"""

from __future__ import annotations

from memnas_tf.block_walk import walk_block
from memnas_tf.errors import ConfigError
from memnas_tf.genotype import Block, Genotype
from memnas_tf.memory.conversion_order import UnplacedOperation, conversion_order
from memnas_tf.memory.kernels import Operation, OperationGraph, Tensor
from memnas_tf.memory.requantisation import requantised
from memnas_tf.primitives import BatchNorm, Conv, DepthwiseConv, Pool, Primitive, ReLU
from memnas_tf.template import STEM_PRIMITIVES, Geometry, Template

BYTES_PER_VALUE = {"float32": 4, "int8": 1}

LAST_NAME = "~"  # the normalisation's, which comes after those of the network's layers

Shape = tuple[int, ...]  # batch, height, width, channels


class _Builder:
    """Collects operations in an order in which they can run; operation i makes tensor i."""

    def __init__(self, image: Shape) -> None:
        self.shapes: list[Shape] = [image]
        self.operations = [Operation("INPUT", (), (0,))]
        self.unplaced = [UnplacedOperation("", (), False)]

    def add(
        self,
        kind: str,
        name: str,
        inputs: tuple[int, ...],
        shape: Shape,
        *,
        weights: bool = False,
        window: tuple[int, int] = (1, 1),
        has_gaps: bool = False,
        axes: int = 0,
        rectified: bool = False,
    ) -> int:
        """Append an operation; return its tensor."""
        tensor = len(self.shapes)
        self.shapes.append(shape)
        self.operations.append(
            Operation(kind, inputs, (tensor,), window, has_gaps, axes, rectified)
        )
        self.unplaced.append(UnplacedOperation(name, inputs, weights))
        return tensor


def litert_graph(
    genotype: Genotype, template: Template, dtype: str = "float32", normalise: bool = False
) -> OperationGraph:
    """Lay out the operations that LiteRT runs for a network, for one image.

    Args:
        genotype: The architecture.
        template: The network's size.
        dtype: The type of all tensors, "float32" or "int8".
        normalise: Whether it takes pixels and normalises them first, as exported files do.

    Returns:
        The operations in the order in which they run.

    Raises:
        ConfigError: If the dtype is another.
        GenotypeError: If a block has no output.
    """
    if dtype not in BYTES_PER_VALUE:
        raise ConfigError(f"dtype is {dtype!r}; use one of {', '.join(BYTES_PER_VALUE)}")
    genotype.require_buildable()
    builder = _Builder((1, *template.input_shape))
    tensor = 0
    if normalise:
        shape = builder.shapes[0]
        tensor = builder.add("DEPTHWISE_CONV_2D", LAST_NAME, (tensor,), shape, weights=True)
    for filters in template.stem:
        # The names of stem layers are larger than those of blocks.
        tensor = _add_primitives(builder, "stem", STEM_PRIMITIVES, tensor, filters, 2)
    for number, (block, geometry) in enumerate(template.geometries(genotype), 1):
        tensor = _add_block(builder, f"block_{number}_1", block, geometry, tensor)
    _add_classifier(builder, tensor, template.classes)
    graph = _ordered(builder, BYTES_PER_VALUE[dtype])
    return requantised(graph) if dtype == "int8" else graph


def _add_block(builder: _Builder, name: str, block: Block, geometry: Geometry, tensor: int) -> int:
    place = {0: tensor}
    outputs: list[int] = []
    for index, cell, operations, _ in walk_block(block, geometry):
        operands: list[int] = []
        for number, operation in enumerate(operations, 1):
            path = f"{name}/cell_{index}_1/operation_{number}_1"
            operand = place[operation.source]
            operands.append(
                _add_primitives(
                    builder,
                    path,
                    operation.primitives,
                    operand,
                    operation.filters,
                    operation.stride,
                )
            )
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
    shape = (*shape[:3], sum(builder.shapes[operand][3] for operand in operands))
    return builder.add("CONCATENATION", f"{name}/concatenate", tuple(operands), shape)


def _add_primitives(
    builder: _Builder,
    name: str,
    primitives: tuple[Primitive, ...],
    tensor: int,
    filters: int,
    stride: int,
) -> int:
    for place, primitive in enumerate(primitives):
        step = stride if getattr(primitive, "strided", False) else 1
        _, height, width, channels = builder.shapes[tensor]
        shape = (1, -(-height // step), -(-width // step), channels)
        match primitive:
            case Conv(kernel, dilation):
                shape = (*shape[:3], filters)
                tensor = builder.add(
                    "CONV_2D",
                    name,
                    (tensor,),
                    shape,
                    weights=True,
                    window=kernel,
                    has_gaps=max(step, dilation) > 1,
                    rectified=_is_rectified(primitives, place),
                )
            case DepthwiseConv(kernel):
                tensor = builder.add(
                    "DEPTHWISE_CONV_2D",
                    name,
                    (tensor,),
                    shape,
                    weights=True,
                    window=kernel,
                    has_gaps=step > 1,
                    rectified=_is_rectified(primitives, place),
                )
            case Pool(kind, kernel):
                kind = "MAX_POOL_2D" if kind == "max" else "AVERAGE_POOL_2D"
                tensor = builder.add(kind, name, (tensor,), shape, window=kernel, has_gaps=step > 1)
    return tensor


def _is_rectified(primitives: tuple[Primitive, ...], place: int) -> bool:
    """Tell whether a rectifier follows a convolution, after its batch normalisation."""
    after = (p for p in primitives[place + 1 :] if not isinstance(p, BatchNorm))
    return isinstance(next(after, None), ReLU)


def _add_classifier(builder: _Builder, tensor: int, classes: int) -> None:
    pooled = (1, builder.shapes[tensor][3])
    tensor = builder.add("MEAN", "pool", (tensor,), pooled, axes=2)
    scores = (1, classes)
    tensor = builder.add("FULLY_CONNECTED", "classifier", (tensor,), scores, weights=True)
    builder.add("SOFTMAX", "classifier", (tensor,), scores)


def _ordered(builder: _Builder, bytes_per_value: int) -> OperationGraph:
    """Put operations in the converter's order, and merge equal ones; tensors follow that order."""
    tensors = {0: 0}
    shapes = [builder.shapes[0]]
    operations: list[Operation] = []
    made: dict[tuple[str, tuple[int, ...]], int] = {}
    for position in conversion_order(builder.unplaced)[1:]:
        operation = builder.operations[position]
        inputs = tuple(tensors[tensor] for tensor in operation.inputs)
        key = (operation.kind, inputs)
        if key in made and not builder.unplaced[position].has_weights:
            tensors[position] = made[key]
            continue
        tensors[position] = made[key] = len(shapes)
        shapes.append(builder.shapes[position])
        operations.append(operation._replace(inputs=inputs, outputs=(tensors[position],)))
    return OperationGraph(
        tuple(Tensor(shape, bytes_per_value) for shape in shapes),
        tuple(operations),
        inputs=(0,),
        outputs=(len(shapes) - 1,),
    )
