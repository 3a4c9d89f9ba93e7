"""The ladder of widths that moves step on: what a block may have of the template's filters.

With few filters several widths build the same network. Of those the one nearest to the template's
filters stands for all, so that a network has one name whatever way leads to it.

Source: beyond the paper, which chooses filters by hand; docs/concepts.md, "Widths".
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from memnas_tf.genotype import Genotype
from memnas_tf.genotype.genotype import FULL_WIDTH
from memnas_tf.moves.move import Move
from memnas_tf.template import Template

# In eighths of the template's filters.
LADDER = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)


def distinct_widths(base: Genotype, index: int, template: Template | None) -> dict[int, int]:
    """List the widths of a block that build different networks.

    Args:
        base: The network.
        index: The block, counted from 0.
        template: The size of the networks; None to take every width for another network.

    Returns:
        The widths in ascending order, and how many filters all blocks then have together.
    """
    nearest_last = sorted(LADDER, key=lambda width: -abs(math.log(width / FULL_WIDTH)))
    widths = {
        total_filters(with_width(base, index, width), template): width for width in nearest_last
    }
    return {width: total for total, width in sorted(widths.items())}


def with_width(base: Genotype, index: int, width: int) -> Genotype:
    """Return a network with another width of one block.

    Args:
        base: The network.
        index: The block, counted from 0.
        width: Its width, in eighths of the template's filters.

    Returns:
        The network.
    """
    return Genotype(base.blocks, (*base.widths[:index], width, *base.widths[index + 1 :]))


def total_filters(genotype: Genotype, template: Template | None) -> int:
    """Add up the filters of all blocks; the widths, where no template says what they are of."""
    if template is None:
        return sum(genotype.widths)
    return sum(geometry.filters for _, geometry in template.geometries(genotype))


def step(kind: str, base: Genotype, template: Template | None, upwards: bool) -> Iterator[Move]:
    """Generate every way to give one block the next number of filters.

    Args:
        kind: What the moves are called.
        base: The network; the empty one has no width to change.
        template: The size of the networks; None to take every width for another network.
        upwards: Whether to the next larger number, or to the next smaller one.

    Yields:
        At most one move for each block.
    """
    now = total_filters(base, template)
    for index in range(len(base.blocks) if base.cells else 0):
        totals = distinct_widths(base, index, template)
        larger = [width for width, total in totals.items() if total > now]
        smaller = [width for width, total in totals.items() if total < now]
        for width in larger[:1] if upwards else smaller[-1:]:
            text = f"block {index + 1}: {width}/{FULL_WIDTH} of the filters"
            yield Move(kind, text, base.blocks, with_width(base, index, width).widths)
