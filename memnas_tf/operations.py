"""The seven operations of the search space, and identity.

To add an operation, add one entry to `_PAPER`, or call `register_operation` from outside: its
layers, its parameter count, its memory, its drawing, its code in a compact string and its bit in
the one-hot code all follow from it.

Source: the paper, section 3.1; what each is made of: docs/concepts.md, "Network".
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from functools import cache

from memnas_tf.errors import ConfigError
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
from memnas_tf.registry import Registry


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
_PAPER: tuple[Operation, ...] = (
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

_CODE = re.compile("[a-z][a-z0-9]")
_COLOUR = re.compile("#[0-9a-f]{6}")
_LINE = 15  # characters that a drawing has room for, twice


def _check(name: str, operation: Operation) -> None:
    if not isinstance(operation, Operation) or operation.name != name:
        raise ConfigError(f"{operation!r} is no Operation of the name {name!r}")
    if not _CODE.fullmatch(operation.code):
        raise ConfigError(
            f"the code of {name!r} is {operation.code!r}; use a lower-case letter and a letter or "
            "digit"
        )
    if not _COLOUR.fullmatch(operation.colour):
        raise ConfigError(f"the colour of {name!r} is {operation.colour!r}; write it as #a0b1c2")
    lines = textwrap.wrap(operation.title, _LINE, break_long_words=False)
    if not 1 <= len(lines) <= 2 or max(map(len, lines)) > _LINE:
        raise ConfigError(
            f"a drawing has no room for the title {operation.title!r}; use at most two lines of "
            f"{_LINE} characters"
        )
    if not any(isinstance(primitive, Conv) for primitive in operation.primitives):
        raise ConfigError(
            f"{name!r} has no Conv among its primitives, which alone makes as many channels as a "
            "cell needs; add one"
        )
    if _BY_CODE.setdefault(operation.code, operation) is not operation:
        raise ConfigError(
            f"the code {operation.code!r} of {name!r} is that of "
            f"{_BY_CODE[operation.code].name!r}; choose another"
        )


_BY_CODE = {operation.code: operation for operation in (*_PAPER, IDENTITY)}
OPERATIONS = Registry(
    "operation", {operation.name: operation for operation in (*_PAPER, IDENTITY)}, _check
)


def register_operation(operation: Operation) -> None:
    """Add an operation to the search space, for this process.

    Args:
        operation: The operation. At least one of its primitives is a convolution.

    Raises:
        ConfigError: If its name or code is taken, or it cannot be drawn or built.
    """
    OPERATIONS.register(operation.name, operation)


def searched_operations() -> tuple[Operation, ...]:
    """Return the operations that grow chooses from, in the order of the one-hot code's bits."""
    return tuple(operation for operation in OPERATIONS.values() if operation is not IDENTITY)


def operation_of_code(code: str) -> Operation | None:
    """Return the operation that a compact string names by a code; None if there is none."""
    if code not in _BY_CODE:
        len(OPERATIONS)  # which looks for what installed packages add
    return _BY_CODE.get(code)


@cache
def operation_rank(name: str) -> int:
    """Return the place of an operation among all of them, which orders a cell's two."""
    return list(OPERATIONS).index(name)


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
    return tuple(at_stride(OPERATIONS[name].primitives, stride))


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
