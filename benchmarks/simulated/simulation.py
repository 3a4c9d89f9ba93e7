"""What a search spends and finds, on a model of the table or with real training."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from memnas_tf.genotype import Genotype, canonical_key, to_string
from memnas_tf.memory import parameter_memory
from memnas_tf.template import Template
from tuner.ranking.known_networks import KnownNetworks


class BudgetSpent(Exception):
    """There are no epochs left."""


class Benchmark(Protocol):
    """What tells the accuracies of the networks of a search space."""

    size: int
    blocks: int

    @property
    def epochs(self) -> int:
        """The number of epochs of a whole training."""

    @property
    def template(self) -> Template:
        """The size of the networks."""

    def measure(self, genotype: Genotype, seed: int, epochs: int) -> float:
        """Return the accuracy after so many epochs, with the noise of a seed."""

    def accuracy(self, genotype: Genotype) -> float:
        """Return the accuracy after a whole training, without noise; NaN where nobody knows."""


@dataclass(frozen=True)
class Trained:
    """A network, trained so far.

    Attributes:
        spent: Epochs that the search had spent by then, in all.
        genotype: The architecture, as a compact string.
        epochs: Epochs that the network was trained for.
        measured: The accuracy that training showed, from 0 to 1.
        true: The accuracy after a whole training, without noise.
    """

    spent: int
    genotype: str
    epochs: int
    measured: float
    true: float


class Simulation:
    """Training for a search method, at no cost but epochs.

    Args:
        benchmark: What tells accuracies.
        seed: The search's seed.
        budget: The number of epochs that the search may spend.
        max_parameters: The largest parameter memory of a network, in bytes; None for any.
        known: What a ranker may know beforehand.

    Attributes:
        benchmark: What tells accuracies.
        seed: The search's seed.
        budget: The number of epochs that the search may spend.
        max_parameters: The largest parameter memory of a network, in bytes; None for any.
        known: What a ranker may know beforehand.
        trained: What it has trained, in order.
    """

    def __init__(
        self,
        benchmark: Benchmark,
        seed: int,
        budget: int,
        max_parameters: int | None = None,
        known: KnownNetworks | None = None,
    ) -> None:
        self.benchmark = benchmark
        self.seed = seed
        self.budget = budget
        self.max_parameters = max_parameters
        self.known = known
        self.trained: list[Trained] = []
        self._epochs: dict[str, int] = {}
        self._spent = 0

    def fits(self, genotype: Genotype) -> bool:
        """Tell whether a network keeps to the memory budget, which costs nothing to ask.

        Args:
            genotype: The architecture.

        Returns:
            Whether it does.
        """
        limit = self.max_parameters
        return limit is None or parameter_memory(genotype, self.benchmark.template) <= limit

    def train(self, genotype: Genotype, epochs: int | None = None) -> float:
        """Train a network, or go on with it.

        Args:
            genotype: The architecture.
            epochs: To train up to this epoch; None for a whole training.

        Returns:
            The accuracy that it has then, with noise. What was trained before costs nothing.

        Raises:
            BudgetSpent: If the epochs that this takes are not there.
        """
        epochs = epochs or self.benchmark.epochs
        key = canonical_key(genotype)
        new = max(0, epochs - self._epochs.get(key, 0))
        if self._spent + new > self.budget:
            raise BudgetSpent
        measured = self.benchmark.measure(genotype, self.seed, epochs)
        if new:
            self._spent += new
            self._epochs[key] = epochs
            true = self.benchmark.accuracy(genotype)
            self.trained.append(Trained(self._spent, to_string(genotype), epochs, measured, true))
        return measured


def simulate(
    benchmark: Benchmark,
    method: Callable[[Simulation], object],
    seed: int,
    budget: int,
    max_parameters: int | None = None,
    known: KnownNetworks | None = None,
) -> Simulation:
    """Run a search on a benchmark.

    Args:
        benchmark: What tells accuracies.
        method: The method, which may end before its budget is spent.
        seed: The search's seed.
        budget: The number of epochs that it may spend.
        max_parameters: The largest parameter memory of a network, in bytes; None for any.
        known: What a ranker may know beforehand.

    Returns:
        What it spent and found.
    """
    simulation = Simulation(benchmark, seed, budget, max_parameters, known)
    with contextlib.suppress(BudgetSpent):
        method(simulation)
    return simulation


def incumbents(trained: Sequence[Trained], points: Sequence[int]) -> list[float | None]:
    """Tell what a search would answer at each time.

    Args:
        trained: What it trained, in order.
        points: Numbers of epochs spent, ascending.

    Returns:
        The true accuracy of its answer then: of the networks trained for the most epochs, the one
        that measured best. None before the first.
    """
    answers: list[float | None] = []
    for point in points:
        best = answer(one for one in trained if one.spent <= point)
        answers.append(None if best is None else best.true)
    return answers


def answer(trained: Iterable[Trained]) -> Trained | None:
    """Tell what a search answers: of what was trained for the most epochs, what measured best.

    Args:
        trained: What it trained, in order.

    Returns:
        The answer, of equals the first; None if it trained nothing.
    """
    return max(trained, key=lambda one: (one.epochs, one.measured), default=None)
