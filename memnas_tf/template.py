"""The template: everything about a network that is not searched.

A genotype says how cells are wired; a template says how large the network around them is. The
two together fix every tensor's shape, and with it the memory.

Source: the paper, section 3.1 (CIFAR-10) and section 4.1 (ImageNet).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import Block, Cell, Genotype
from memnas_tf.genotype.genotype import FULL_WIDTH
from memnas_tf.primitives import BatchNorm, Conv, ReLU

DEFAULT_BLOCKS = 5
DEFAULT_FILTERS = 64
STEM_PRIMITIVES = (Conv((3, 3), strided=True), BatchNorm(), ReLU())


class Geometry(NamedTuple):
    """What a block stands in: the shape of its input, its filters and its stride."""

    height: int
    width: int
    channels: int
    filters: int
    stride: int

    @property
    def output_height(self) -> int:
        """Rows of what the block makes."""
        return -(-self.height // self.stride)

    @property
    def output_width(self) -> int:
        """Columns of what the block makes."""
        return -(-self.width // self.stride)

    def stride_from(self, source: int) -> int:
        """Return the stride of an operation: the block's where it reads the block's input.

        Args:
            source: The representation that the operation reads.

        Returns:
            The stride.
        """
        return 1 if source else self.stride


@dataclass(frozen=True)
class Template:
    """The size of a network: its input, its classes, and the blocks' filters and strides.

    Attributes:
        input_shape: Height, width and channels of an image.
        classes: The number of classes.
        filters: Output channels of every operation, one number per block.
        strides: The stride of each block, 1 or 2.
        stem: Output channels of the 3x3 convolutions of stride 2 before the first block; none
            in the paper's CIFAR-10 network, whose first block reads the image.

    Raises:
        ConfigError: If a number is out of range, or the image too small for the strides.
    """

    input_shape: tuple[int, int, int]
    classes: int
    filters: tuple[int, ...]
    strides: tuple[int, ...]
    stem: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a network that cannot be."""
        if len(self.input_shape) != 3 or not all(map(_is_count, self.input_shape)):
            raise ConfigError(
                f"input_shape is {self.input_shape!r}; give height, width and channels, "
                "each at least 1"
            )
        if not _is_count(self.classes) or self.classes < 2:
            raise ConfigError(f"classes is {self.classes!r}; a classifier needs at least 2")
        if not self.strides or len(self.filters) != len(self.strides):
            raise ConfigError(
                f"{len(self.filters)} filters and {len(self.strides)} strides; "
                "give one of each for every block"
            )
        if not all(_is_count(filters) for filters in (*self.filters, *self.stem)):
            raise ConfigError(f"filters are {(*self.stem, *self.filters)}; each must be at least 1")
        if not all(stride in (1, 2) for stride in self.strides):
            raise ConfigError(f"strides are {self.strides}; each must be 1 or 2")
        shrink = 2 ** (len(self.stem) + self.strides.count(2))
        if min(self.input_shape[:2]) < shrink:
            height, width, _ = self.input_shape
            raise ConfigError(
                f"an input of {height}x{width} is too small: the strides shrink it {shrink} times, "
                f"so it must be at least {shrink}x{shrink}; enlarge the images or use fewer "
                "blocks of stride 2"
            )

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Template:
        """Read what `dataclasses.asdict` made of a template, as JSON gives it back.

        Args:
            document: The attributes by name.

        Returns:
            The template.

        Raises:
            ConfigError: If a number is out of range.
        """
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in document.items()
        }
        return cls(**values)

    @property
    def blocks(self) -> int:
        """The number of blocks."""
        return len(self.strides)

    def stem_shapes(self) -> Iterator[tuple[int, int, int]]:
        """Walk through the stem.

        Yields:
            The height, width and channels that each of its convolutions makes.
        """
        height, width, _ = self.input_shape
        for filters in self.stem:
            height, width = -(-height // 2), -(-width // 2)
            yield height, width, filters

    def geometries(self, genotype: Genotype) -> Iterator[tuple[Block, Geometry]]:
        """Walk through the blocks of a network.

        Block i of N takes the architecture of block floor(i * B / N) of B (the paper, section
        4.1: the block found on CIFAR-10 repeated over 16 blocks), and its width.

        Args:
            genotype: The architecture.

        Yields:
            Each block's cells and what they stand in.
        """
        height, width, channels = (self.input_shape, *self.stem_shapes())[-1]
        for index, (filters, stride) in enumerate(zip(self.filters, self.strides, strict=True)):
            place = index * len(genotype.blocks) // self.blocks
            block = genotype.blocks[place]
            filters = block_filters(filters, genotype.widths[place])
            geometry = Geometry(height, width, channels, filters, stride)
            yield block, geometry
            height, width = geometry.output_height, geometry.output_width
            channels = block_channels(block, filters)


def block_filters(filters: int, width: int) -> int:
    """Return the filters of a block that is wider or narrower than the template says.

    Args:
        filters: The template's.
        width: The block's, in eighths of them.

    Returns:
        To the nearest multiple of 4, at least 4; exactly the template's for a width of 8.
    """
    if width == FULL_WIDTH:
        return filters
    return max(4, (filters * width + 16) // 32 * 4)


def block_channels(block: Block, filters: int) -> int:
    """Return the channels of a block's output: those of all its output cells together."""
    return sum(
        cell.channels(filters) for cell in block if isinstance(cell, Cell) and cell.is_output
    )


def spread_widths(widths: Sequence[int], blocks: int) -> tuple[int, ...]:
    """Give every block its filters, as a genotype's blocks are spread over a network's.

    Args:
        widths: Filters per block, or per part of the network: of four, each is a quarter's.
        blocks: The number of blocks.

    Returns:
        Filters per block.
    """
    return tuple(widths[index * len(widths) // blocks] for index in range(blocks))


def cifar_template(
    input_shape: Sequence[int],
    classes: int,
    filters: int | Sequence[int] = DEFAULT_FILTERS,
    blocks: int = DEFAULT_BLOCKS,
) -> Template:
    """Make the paper's CIFAR-10 template: no stem, every second block of stride 2.

    Args:
        input_shape: Height, width and channels of an image.
        classes: The number of classes.
        filters: Output channels of every operation, or as many numbers as `spread_widths` takes.
        blocks: The number of blocks.

    Returns:
        The template.

    Raises:
        ConfigError: If a number is out of range, or the image too small for the strides.
    """
    strides = tuple(2 if index % 2 else 1 for index in range(_block_count(blocks)))
    return Template(_shape(input_shape), classes, _per_block(filters, blocks), strides)


def imagenet_template(
    input_shape: Sequence[int] = (224, 224, 3),
    classes: int = 1000,
    filters: int | Sequence[int] = 256,
    blocks: int = 16,
) -> Template:
    """Make the ImageNet template: a stem to 56x56, then blocks down to 7x7.

    Two stem convolutions of stride 2 take 224x224 to 56x56; the first block of the second,
    third and fourth quarter of the blocks has stride 2 each, so that the last quarter but one
    works at 14x14 and the last at 7x7.

    Args:
        input_shape: Height, width and channels of an image.
        classes: The number of classes.
        filters: Output channels of every operation, or as many numbers as `spread_widths` takes.
        blocks: The number of blocks, at least 4.

    Returns:
        The template.

    Raises:
        ConfigError: If a number is out of range, or the image too small for the strides.
    """
    if _block_count(blocks) < 4:
        raise ConfigError(f"blocks is {blocks}; the ImageNet template needs at least 4")
    halving = {blocks * quarter // 4 for quarter in (1, 2, 3)}
    strides = tuple(2 if index in halving else 1 for index in range(blocks))
    widths = _per_block(filters, blocks)
    first = next(filter(_is_count, widths), 1)  # the template refuses what is no count
    stem = (max(1, first // 4), max(1, first // 2))
    return Template(_shape(input_shape), classes, widths, strides, stem)


def _shape(input_shape: Sequence[int]) -> tuple[int, int, int]:
    if len(input_shape) != 3:
        raise ConfigError(f"input_shape is {tuple(input_shape)!r}; give height, width and channels")
    height, width, channels = input_shape
    return height, width, channels


def _per_block(filters: int | Sequence[int], blocks: int) -> tuple[int, ...]:
    widths = tuple(filters) if isinstance(filters, Sequence) else (filters,)
    # The template refuses a number of widths that is none or too large.
    return spread_widths(widths, blocks) if 0 < len(widths) <= blocks else widths


def _block_count(blocks: int) -> int:
    if not _is_count(blocks):
        raise ConfigError(f"blocks is {blocks!r}; a network needs at least 1")
    return blocks


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
