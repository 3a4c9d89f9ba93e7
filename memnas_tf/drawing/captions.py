"""What stands below a block's title: its filters, its stride, what it makes, and what changed."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from math import prod
from typing import NamedTuple

from memnas_tf.genotype import Genotype
from memnas_tf.genotype.genotype import FULL_WIDTH
from memnas_tf.memory.lifetime import FLOAT32_BYTES
from memnas_tf.memory.units import format_bytes
from memnas_tf.template import Geometry, Template, block_channels, block_filters


class Caption(NamedTuple):
    """What is said of one block.

    Attributes:
        number: The block, counted from 1.
        text: Its size; nothing if there is nothing to say.
    """

    number: int
    text: str


def block_captions(
    genotype: Genotype, base: Genotype | None = None, template: Template | None = None
) -> list[list[Caption]]:
    """Describe the sizes of an architecture's blocks.

    Args:
        genotype: The architecture.
        base: What it was made from, of as many blocks, to tell what its filters were; None for no
            comparison.
        template: The network's size; None to tell widths alone.

    Returns:
        For each block of the architecture a caption of every block of the network that it stands
        for; without a template, of itself.
    """
    before = genotype.widths if base is None else base.widths
    if template is None:
        pairs = zip(genotype.widths, before, strict=True)
        return [[Caption(number, _width(*pair))] for number, pair in enumerate(pairs, start=1)]
    captions: list[list[Caption]] = [[] for _ in genotype.blocks]
    for index, (block, geometry) in enumerate(template.geometries(genotype)):
        place = index * len(genotype.blocks) // template.blocks
        former = block_filters(template.filters[index], before[place])
        text = _size(geometry, block_channels(block, geometry.filters), former)
        captions[place].append(Caption(index + 1, text))
    return captions


def join_captions(captions: Iterable[Caption]) -> tuple[str, ...]:
    """Write the captions of blocks that are drawn as one, neighbours that say the same once.

    Args:
        captions: The captions, in order.

    Returns:
        Lines, which name their blocks if there are several.
    """
    runs = [list(run) for _, run in groupby(captions, lambda caption: caption.text)]
    if len(runs) == 1:
        return (runs[0][0].text,) if runs[0][0].text else ()
    return tuple(f"{blocks_title(run[0].number, run[-1].number)}: {run[0].text}" for run in runs)


def blocks_title(first: int, last: int) -> str:
    """Name the blocks from the first to the last."""
    return f"block {first}" if first == last else f"blocks {first} to {last}"


def _width(width: int, former: int) -> str:
    if width == former == FULL_WIDTH:
        return ""
    return f"{width}/{FULL_WIDTH} of the filters{_before(width, former, f'/{FULL_WIDTH}')}"


def _size(geometry: Geometry, channels: int, former: int) -> str:
    filters = f"{geometry.filters} filters{_before(geometry.filters, former)}"
    shape = (geometry.output_height, geometry.output_width, channels)
    size = format_bytes(prod(shape) * FLOAT32_BYTES)
    return f"{filters}, stride {geometry.stride}, {'x'.join(map(str, shape))}, {size}"


def _before(number: int, former: int, unit: str = "") -> str:
    return "" if number == former else f" (before: {former}{unit})"
