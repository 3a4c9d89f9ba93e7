"""Widen and narrow: give one block more filters, or fewer.

With equal filters the first blocks, at full resolution, decide the memory, and the last ones, where
channels are nearly free, stay thin. So a block's filters are searched as its cells are.

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
RUNGS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)


def widen(base: Genotype, template: Template | None = None) -> Iterator[Move]:
    """Generate every way to give one block the next larger number of filters.

    Args:
        base: The network; the empty one has nothing to widen.
        template: The size of the networks. With few filters several widths build the same network;
            without a template each counts as another one.

    Yields:
        At most one move for each block.
    """
    for index, width in enumerate(base.widths if base.cells else ()):
        rungs = [rung for rung in RUNGS if rung > width]
        yield from _next("widen", base, index, rungs, template)


def narrow(base: Genotype, template: Template | None = None) -> Iterator[Move]:
    """Generate every way to give one block the next smaller number of filters.

    Args:
        base: The network; the empty one has nothing to narrow.
        template: As for `widen`.

    Yields:
        At most one move for each block.
    """
    for index, width in enumerate(base.widths if base.cells else ()):
        rungs = [rung for rung in reversed(RUNGS) if rung < width]
        yield from _next("narrow", base, index, rungs, template)


def _next(
    kind: str, base: Genotype, index: int, rungs: list[int], template: Template | None
) -> Iterator[Move]:
    """Yield the move to the first rung that builds another network, if there is one."""
    before = sum(_filters(base, template))
    for rung in rungs:
        filters = _filters(_at(base, index, rung), template)
        # Below four filters there is nothing narrower: a width has four at least.
        if sum(filters) > before if kind == "widen" else sum(filters) < before:
            # Of widths that build the same the one nearest to the template's: one name for each.
            same = [one for one in RUNGS if _filters(_at(base, index, one), template) == filters]
            width = min(same, key=lambda one: abs(math.log(one / FULL_WIDTH)))
            text = f"block {index + 1}: {width}/{FULL_WIDTH} of the filters"
            yield Move(kind, text, base.blocks, _at(base, index, width).widths)
            return


def _at(base: Genotype, index: int, width: int) -> Genotype:
    return Genotype(base.blocks, (*base.widths[:index], width, *base.widths[index + 1 :]))


def _filters(genotype: Genotype, template: Template | None) -> list[int]:
    if template is None:
        return list(genotype.widths)
    return [geometry.filters for _, geometry in template.geometries(genotype)]
