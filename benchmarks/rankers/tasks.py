"""What a ranker learns from and what it then ranks, drawn from the table of trained networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.table import Row
from memnas_tf.genotype import Genotype, from_string
from tuner.ranking import LabelledRound

LEAST_RANKED = 40
SMALL = 3  # cells of the largest block; "larger" learns from these and ranks the others
DEVELOPED_ON = 84  # the table's first networks, on which the default ranker was chosen

Indices = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Network:
    """A trained network.

    Attributes:
        genotype: The architecture.
        origin: "random" or "grown".
        accuracy: Its validation accuracy, 0 to 1.
    """

    genotype: Genotype
    origin: str
    accuracy: float

    @classmethod
    def of(cls, row: Row) -> Network:
        """Take what matters here from a row of the table."""
        return cls(from_string(row.genotype), row.origin, row.accuracy)


@dataclass(frozen=True)
class Task:
    """What a ranker is asked.

    Attributes:
        rounds: What it learns from.
        ranked: What it ranks.
    """

    rounds: tuple[LabelledRound, ...]
    ranked: tuple[Network, ...]


def draw_task(kind: str, networks: Sequence[Network], labels: int, seed: int) -> Task | None:
    """Draw a task.

    Args:
        kind: One of `KINDS`.
        networks: The table.
        labels: How many networks to learn from.
        seed: What the choice follows from.

    Returns:
        The task; None where the table is too small for it.
    """
    split, relative = KINDS[kind]
    known, ranked = split(networks)
    rng = np.random.default_rng((seed, labels))
    chosen = rng.permutation(known)[:labels]
    ranked = np.setdiff1d(ranked, chosen)
    if len(chosen) < labels or len(ranked) < LEAST_RANKED:
        return None
    learned = [networks[i] for i in chosen]
    rounds = _rounds_of_a_search(learned) if relative else (_labelled(learned, 0.0, 1.0),)
    return Task(rounds, tuple(networks[i] for i in ranked))


def _mixed(networks: Sequence[Network]) -> tuple[Indices, Indices]:
    everything = np.arange(len(networks))
    return everything, everything


def _new(networks: Sequence[Network]) -> tuple[Indices, Indices]:
    everything = np.arange(len(networks))
    return everything[:DEVELOPED_ON], everything[DEVELOPED_ON:]


def _larger(networks: Sequence[Network]) -> tuple[Indices, Indices]:
    small = np.array([network.genotype.slots <= SMALL for network in networks])
    return np.flatnonzero(small), np.flatnonzero(~small)


# What is learned from and what is ranked, before drawing; whether targets are those of a search.
Split = Callable[[Sequence[Network]], tuple[Indices, Indices]]
KINDS: dict[str, tuple[Split, bool]] = {
    "mixed": (_mixed, False),
    "new": (_new, False),
    "larger": (_larger, False),
    "rounds": (_larger, True),
}


def _rounds_of_a_search(networks: Sequence[Network]) -> tuple[LabelledRound, ...]:
    """Make a round of the networks of each size, and targets as a search has them.

    A target is the accuracy term of Equation 4 in the variant `scaled` at lambda = 1: the change
    from the base, which is the best of the round before, over the round's range. In the first
    round the median stands in for the base.
    """
    by_size: dict[int, list[Network]] = {}
    for network in sorted(networks, key=lambda network: network.genotype.slots):
        by_size.setdefault(network.genotype.slots, []).append(network)
    rounds = []
    base = None
    for members in by_size.values():
        accuracies = [network.accuracy for network in members]
        reference = float(np.median(accuracies)) if base is None else base
        rounds.append(_labelled(members, reference, float(np.ptp(accuracies)) or 1.0))
        base = max(accuracies)
    return tuple(rounds)


def _labelled(networks: Sequence[Network], base: float, unit: float) -> LabelledRound:
    return LabelledRound(
        tuple(network.genotype for network in networks),
        tuple((network.accuracy - base) / unit for network in networks),
    )
