"""The moves by name, and room for those of others.

To add a move, write a file with a function from a base to its moves, and add one entry to `_OURS`;
from outside, call `register_move`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import Genotype
from memnas_tf.moves.grow import grow_anew
from memnas_tf.moves.move import Move
from memnas_tf.moves.narrow import narrow
from memnas_tf.moves.trim import trim
from memnas_tf.moves.widen import widen
from memnas_tf.registry import Registry
from memnas_tf.template import Template

Moves: TypeAlias = Callable[[Genotype, Template | None], Iterator[Move]]

PAPER_MOVES = ("grow", "trim")
DEFAULT_MOVES = PAPER_MOVES


def _check(name: str, moves: Moves) -> None:
    if not callable(moves):
        raise ConfigError(
            f"{moves!r} is no move; {name!r} must be a function of a genotype and a template"
        )


_OURS: dict[str, Moves] = {
    "grow": lambda base, template: grow_anew(base),
    "trim": lambda base, template: trim(base),
    "widen": widen,
    "narrow": narrow,
}
MOVES: Registry[Moves] = Registry("move", _OURS, _check)


def register_move(name: str, moves: Moves) -> None:
    """Add a kind of move, for this process. A search makes it where its settings name it.

    Args:
        name: Its name.
        moves: From a base, and the size of the networks where it is known, to every way to make
            the move, in a fixed order. What no network can be, or has been trained before, need
            not be left out.

    Raises:
        ConfigError: If the name is taken.
    """
    MOVES.register(name, moves)
