"""Worlds to search in: a model of trained networks, and what a ranker knows beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.rankers.left_out import chain_of
from benchmarks.rankers.tasks import Network
from benchmarks.simulated.evolution import best_accuracy
from benchmarks.simulated.surrogate import Surrogate
from benchmarks.table import Row
from memnas_tf.genotype import from_string
from memnas_tf.template import Template
from tuner.ranking.known_networks import KnownNetworks


class World(NamedTuple):
    """What a search is run in.

    Attributes:
        surrogate: What tells accuracies.
        best: The accuracy of the best network known, from 0 to 1.
        known: What a ranker may know beforehand, of networks that the surrogate is no model of;
            None where there are no others.
    """

    surrogate: Surrogate
    best: float
    known: KnownNetworks | None = None


def whole(rows: Sequence[Row], template: Template, max_parameters: int | None) -> World:
    """Make the world of a whole table, in which a ranker may know nothing beforehand.

    Args:
        rows: The table.
        template: The size of its networks.
        max_parameters: The largest parameter memory of a network, in bytes; None for any.

    Returns:
        The world.
    """
    surrogate = Surrogate(rows, template)
    return World(surrogate, best_accuracy(surrogate, max_parameters))


def halves(rows: Sequence[Row], template: Template, max_parameters: int | None) -> list[World]:
    """Make two worlds, in each of which a ranker knows the networks that the other is a model of.

    Args:
        rows: The table; what was grown from the same cell is of the same half.
        template: The size of its networks.
        max_parameters: The largest parameter memory of a network, in bytes; None for any.

    Returns:
        The two.
    """
    chains = sorted({chain_of(Network.of(row)) for row in rows})
    first = set(chains[::2])
    parts = [[], []]  # type: list[list[Row]]
    for row in rows:
        parts[chain_of(Network.of(row)) not in first].append(row)
    worlds = []
    for own, others in (parts, parts[::-1]):
        known = {from_string(row.genotype): row.accuracy for row in others}
        world = whole(own, template, max_parameters)
        worlds.append(world._replace(known=KnownNetworks(known, template)))
    return worlds
