"""Widen: give one block the next larger number of filters.

With equal filters the first blocks, at full resolution, decide the memory, and the last ones, where
channels are nearly free, stay thin. So a block's filters are searched as its cells are.

Source: beyond the paper, which chooses filters by hand; docs/concepts.md, "Widths".
"""

from __future__ import annotations

from collections.abc import Iterator

from memnas_tf.genotype import Genotype
from memnas_tf.moves.move import Move
from memnas_tf.moves.widths import step
from memnas_tf.template import Template


def widen(base: Genotype, template: Template | None = None) -> Iterator[Move]:
    """Generate every way to give one block the next larger number of filters.

    Args:
        base: The network; the empty one has nothing to widen.
        template: The size of the networks. With few filters several widths build the same network;
            without a template each counts as another one.

    Returns:
        At most one move for each block.
    """
    return step("widen", base, template, upwards=True)
