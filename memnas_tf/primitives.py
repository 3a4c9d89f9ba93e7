"""The primitive layers that operations are made of, as data.

An operation (`memnas_tf.operations`) is a sequence of primitives. The Keras layers, the
parameter count and the memory of a network are all read off that one sequence, which is why
they cannot disagree and why nothing here needs TensorFlow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

Kernel: TypeAlias = tuple[int, int]


@dataclass(frozen=True)
class Conv:
    """A convolution to the operation's filters, without a bias.

    Attributes:
        kernel: Its height and width, in pixels.
        dilation: The distance of the pixels that it reads; 1 of neighbours.
        strided: Whether it carries the stride of its operation.
    """

    kernel: Kernel
    dilation: int = 1
    strided: bool = False

    def parameters(self, channels: int, filters: int) -> int:
        """Count the kernel's weights."""
        return self.kernel[0] * self.kernel[1] * channels * filters


@dataclass(frozen=True)
class DepthwiseConv:
    """A convolution of every channel by itself, without a bias."""

    kernel: Kernel
    strided: bool = False

    def parameters(self, channels: int, filters: int) -> int:
        """Count the kernel's weights."""
        del filters
        return self.kernel[0] * self.kernel[1] * channels


@dataclass(frozen=True)
class BatchNorm:
    """Batch normalisation: scale, offset, moving mean and moving variance per channel."""

    def parameters(self, channels: int, filters: int) -> int:
        """Count the weights and the moments."""
        del filters
        return 4 * channels


@dataclass(frozen=True)
class ReLU:
    """A rectifier."""

    def parameters(self, channels: int, filters: int) -> int:
        """Count nothing: a rectifier has no weights."""
        del channels, filters
        return 0


@dataclass(frozen=True)
class Pool:
    """Average or maximum pooling; a kernel of 1 by 1 keeps every `stride`-th position."""

    kind: str
    kernel: Kernel
    strided: bool = False

    def parameters(self, channels: int, filters: int) -> int:
        """Count nothing: pooling has no weights."""
        del channels, filters
        return 0


Primitive: TypeAlias = Conv | DepthwiseConv | BatchNorm | ReLU | Pool

# The average, as the maximum hides values that are no numbers.
SUBSAMPLE = Pool("average", (1, 1), strided=True)


def at_stride(primitives: Iterable[Primitive], stride: int) -> Iterator[Primitive]:
    """Rewrite what no runtime offers: a convolution that is both strided and dilated.

    At stride s and dilation s such a convolution reads every s-th position only. Keeping those
    positions first and convolving them without dilation is the same function at a quarter of
    the work.

    Args:
        primitives: An operation's primitives.
        stride: The stride that the operation carries.

    Yields:
        The primitives as they are built.
    """
    for primitive in primitives:
        if isinstance(primitive, Conv) and primitive.strided and stride == primitive.dilation > 1:
            yield SUBSAMPLE
            yield replace(primitive, dilation=1, strided=False)
        else:
            yield primitive


def output_channels(primitive: Primitive, channels: int, filters: int) -> int:
    """Return how many channels leave a primitive that `channels` enter."""
    return filters if isinstance(primitive, Conv) else channels


def count_parameters(primitives: Iterable[Primitive], channels: int, filters: int) -> int:
    """Count the parameters of primitives in sequence.

    Args:
        primitives: The sequence.
        channels: The channels that enter it.
        filters: The operation's output channels.

    Returns:
        The number of weights and batch normalisation moments.
    """
    total = 0
    for primitive in primitives:
        total += primitive.parameters(channels, filters)
        channels = output_channels(primitive, channels, filters)
    return total
