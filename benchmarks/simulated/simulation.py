"""What a simulated search spends and finds."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.simulated.surrogate import Surrogate
from memnas_tf.genotype import Genotype, canonical_key, to_string
from memnas_tf.memory import parameter_memory


class BudgetSpent(Exception):
    """There are no epochs left."""


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
        surrogate: What tells accuracies.
        seed: The search's seed.
        budget: The number of epochs that the search may spend.
        max_parameters: The largest parameter memory of a network, in bytes; None for any.

    Attributes:
        surrogate: What tells accuracies.
        seed: The search's seed.
        budget: The number of epochs that the search may spend.
        max_parameters: The largest parameter memory of a network, in bytes; None for any.
        trained: What it has trained, in order.
    """

    def __init__(
        self, surrogate: Surrogate, seed: int, budget: int, max_parameters: int | None = None
    ) -> None:
        self.surrogate = surrogate
        self.seed = seed
        self.budget = budget
        self.max_parameters = max_parameters
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
        return limit is None or parameter_memory(genotype, self.surrogate.template) <= limit

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
        epochs = epochs or self.surrogate.epochs
        key = canonical_key(genotype)
        done = self._epochs.get(key, 0)
        curve = self.surrogate.run(genotype, self.seed)
        if epochs > done:
            if self._spent + epochs - done > self.budget:
                raise BudgetSpent
            self._spent += epochs - done
            self._epochs[key] = epochs
            self.trained.append(
                Trained(
                    self._spent,
                    to_string(genotype),
                    epochs,
                    float(curve[epochs - 1]),
                    self.surrogate.accuracy(genotype),
                )
            )
        return float(curve[epochs - 1])


def simulate(
    surrogate: Surrogate,
    method: Callable[[Simulation], object],
    seed: int,
    budget: int,
    max_parameters: int | None = None,
) -> Simulation:
    """Run a search on the surrogate.

    Args:
        surrogate: What tells accuracies.
        method: The method, which may end before its budget is spent.
        seed: The search's seed.
        budget: The number of epochs that it may spend.
        max_parameters: The largest parameter memory of a network, in bytes; None for any.

    Returns:
        What it spent and found.
    """
    simulation = Simulation(surrogate, seed, budget, max_parameters)
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
    best: Trained | None = None
    waiting = list(trained)
    for point in points:
        while waiting and waiting[0].spent <= point:
            one = waiting.pop(0)
            if best is None or (one.epochs, one.measured) > (best.epochs, best.measured):
                best = one
        answers.append(None if best is None else best.true)
    return answers
