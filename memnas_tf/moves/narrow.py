"""Narrow: give one block the next smaller number of filters.

What it saves at full resolution another block may spend where channels are nearly free.

Source: beyond the paper, which chooses filters by hand; docs/concepts.md, "Widths".
"""

from __future__ import annotations

from collections.abc import Iterator

from memnas_tf.genotype import Genotype
from memnas_tf.moves.move import Move
from memnas_tf.moves.widths import step
from memnas_tf.template import Template


def narrow(base: Genotype, template: Template | None = None) -> Iterator[Move]:
    """Generate every way to give one block the next smaller number of filters.

    Args:
        base: The network; the empty one has nothing to narrow.
        template: As for `widen`.

    Returns:
        At most one move for each block; none of a block at the least that a width can be, four
        filters or two eighths.
    """
    return step("narrow", base, template, upwards=False)
