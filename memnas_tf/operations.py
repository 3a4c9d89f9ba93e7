"""The seven operations of the search space, and identity.

To add an operation, add one entry to `OPERATIONS`: its layers, its parameter count, its memory,
its code in a compact string and its bit in the one-hot code all follow from it.

Source: the paper, section 3.1; what each is made of: docs/concepts.md, "Network".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from memnas_tf.primitives import (
    BatchNorm,
    Conv,
    DepthwiseConv,
    Pool,
    Primitive,
    ReLU,
    at_stride,
    count_parameters,
)


@dataclass(frozen=True)
class Operation:
    """One kind of layer that a cell can apply to an input.

    Attributes:
        name: The name in code and JSON.
        title: The name that people read.
        code: Two characters, the name in a compact string.
        primitives: What it is made of, in order.
        colour: Its fill in drawings.
    """

    name: str
    title: str
    code: str
    primitives: tuple[Primitive, ...]
    colour: str


def _depthwise(size: int) -> tuple[Primitive, ...]:
    depthwise = DepthwiseConv((size, size), strided=True)
    return (depthwise, BatchNorm(), Conv((1, 1)), BatchNorm(), ReLU())


def _pool(kind: str) -> tuple[Primitive, ...]:
    return (Conv((1, 1)), BatchNorm(), Pool(kind, (3, 3), strided=True))


_FACTORISED: tuple[Primitive, ...] = (
    *(Conv((1, 1), strided=True), BatchNorm(), ReLU()),
    *(Conv((1, 7)), BatchNorm(), ReLU()),
    *(Conv((7, 1)), BatchNorm(), ReLU()),
)
_CONV: tuple[Primitive, ...] = (Conv((3, 3), strided=True), BatchNorm(), ReLU())
_DILATED: tuple[Primitive, ...] = (Conv((3, 3), dilation=2, strided=True), BatchNorm(), ReLU())

# In the order of the one-hot code's bits, the lowest first.
OPERATIONS: tuple[Operation, ...] = (
    Operation("conv_3x3", "3x3 convolution", "c3", _CONV, "#e8a5a0"),
    Operation("depthwise_3x3", "3x3 depthwise", "d3", _depthwise(3), "#f2c38b"),
    Operation("depthwise_5x5", "5x5 depthwise", "d5", _depthwise(5), "#eedd82"),
    Operation("factorised_7x7", "1x7 then 7x1", "f7", _FACTORISED, "#a8d5a2"),
    Operation("average_pool_3x3", "3x3 average pooling", "ap", _pool("average"), "#9fc9e8"),
    Operation("max_pool_3x3", "3x3 max pooling", "mp", _pool("max"), "#8fa9dc"),
    Operation("dilated_3x3", "3x3 dilated", "a3", _DILATED, "#c7aee0"),
)

# Built only where the input does not already have the shape that the cell needs.
IDENTITY = Operation("identity", "identity", "id", (Conv((1, 1), strided=True),), "#dddddd")

BY_NAME: dict[str, Operation] = {op.name: op for op in (*OPERATIONS, IDENTITY)}
BY_CODE: dict[str, Operation] = {op.code: op for op in BY_NAME.values()}


def is_pass_through(name: str, channels: int, filters: int, stride: int) -> bool:
    """Tell whether an operation hands its input on untouched.

    Args:
        name: The operation's name.
        channels: The channels that enter it.
        filters: The channels that must leave it.
        stride: The stride that it carries.

    Returns:
        True for an identity whose input already has the right shape.
    """
    return name == IDENTITY.name and channels == filters and stride == 1


@cache
def operation_primitives(
    name: str, channels: int, filters: int, stride: int
) -> tuple[Primitive, ...]:
    """Return what an operation consists of where it stands.

    Args:
        name: The operation's name.
        channels: The channels that enter it.
        filters: The channels that leave it.
        stride: The stride that it carries, 1 or 2.

    Returns:
        Its primitives in order; none for an identity that passes its input through.
    """
    if is_pass_through(name, channels, filters, stride):
        return ()
    return tuple(at_stride(BY_NAME[name].primitives, stride))


@cache
def operation_parameters(name: str, channels: int, filters: int, stride: int) -> int:
    """Count an operation's parameters, batch normalisation moments included.

    Args:
        name: The operation's name.
        channels: The channels that enter it.
        filters: The channels that leave it.
        stride: The stride that it carries.

    Returns:
        The number of parameters.
    """
    primitives = operation_primitives(name, channels, filters, stride)
    return count_parameters(primitives, channels, filters)
