"""What one move did, and what came of it."""

from __future__ import annotations

from typing import NamedTuple

from memnas_tf.genotype import Block


class Move(NamedTuple):
    """A move and its result, not yet known to be a network.

    Attributes:
        kind: "grow", "widen", "narrow", or what was trimmed: "operation", "cell" or "output".
        text: What changed, for people, such as "grow 0d3+1c3=" or "block 2: cut cell 1".
        blocks: The cells of every block afterwards.
        widths: The width of every block afterwards, in eighths of the template's filters.
    """

    kind: str
    text: str
    blocks: tuple[Block, ...]
    widths: tuple[int, ...]
