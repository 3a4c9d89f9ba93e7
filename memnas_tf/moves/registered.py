"""The moves by name, and room for those of others.

To add a move, write a file with a function from a base to its moves, and add one entry to `MOVES`;
from outside, call `register_move`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import Genotype
from memnas_tf.moves.grow import grow_anew
from memnas_tf.moves.move import Move
from memnas_tf.moves.trim import trim
from memnas_tf.registry import Registry

Moves: TypeAlias = Callable[[Genotype], Iterator[Move]]

DEFAULT_MOVES = ("grow", "trim")


def _check(name: str, moves: Moves) -> None:
    if not callable(moves):
        raise ConfigError(f"{moves!r} is no move; {name!r} must be a function of a genotype")


MOVES: Registry[Moves] = Registry("move", {"grow": grow_anew, "trim": trim}, _check)


def register_move(name: str, moves: Moves) -> None:
    """Add a kind of move, for this process. A search makes it where its settings name it.

    Args:
        name: Its name.
        moves: From a base to every way to make the move, in a fixed order. What no network can
            be, or has been trained before, need not be left out.

    Raises:
        ConfigError: If the name is taken.
    """
    MOVES.register(name, moves)
