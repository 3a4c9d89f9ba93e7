"""The settings of a search: all that its course depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from memnas_tf.differences import describe_differences, flatten
from memnas_tf.documents import decode
from memnas_tf.errors import ConfigError
from memnas_tf.memory import MemoryTarget, memory_target
from memnas_tf.metric import DEFAULT_METRIC, METRICS, Measurement, Spread, check_tradeoff
from memnas_tf.moves import DEFAULT_MOVES, MOVES
from memnas_tf.template import Template
from tuner.objective import ACCURACY, SearchObjective
from tuner.ranking import RANKERS
from tuner.search.memory_efficiency import MemoryEfficiency
from tuner.search.rungs import DEFAULT_REDUCTION_FACTOR, check_rungs, check_rungs_end

DEFAULT_RANKER = "ridge-trees"
_LARGEST_SEED = 2**63 - 1
_COUNTS, _OPTIONAL_COUNTS = ("blocks", "max_rounds", "max_cells"), ("max_trials", "inherit_epochs")


@dataclass(frozen=True)
class SearchSettings:
    """Settings of a search.

    Attributes:
        template: The size of the networks.
        blocks: The number of blocks of a genotype.
        max_rounds: The number of rounds after which the search ends.
        trials_per_round: The number of candidates that a round trains: the paper's k; or one
            for each of the first rounds, the last of them for all others too.
        tradeoff: The paper's lambda: 0 for memory alone, 1 for accuracy alone.
        metric: The variant of Equation 4, one of `memnas_tf.metric.METRICS`.
        moves: What turns a base into candidates, names in `memnas_tf.moves.MOVES`.
        max_cells: The number of cells in a block at which the search ends.
        max_trials: The number of trials after which the search ends; None for no such limit.
        ranker: The controller that ranks candidates, one of `tuner.ranking.RANKERS`.
        seed: The seed of every random choice.
        objective: What a trial reports, and which way it is better.
        target: The memory that is aimed at, and what it may take at most.
        inherit_epochs: The number of epochs of a candidate that starts from its base's weights;
            None to train every candidate from scratch.
        rungs: Numbers of epochs, ascending, after which only the better part of a round's
            candidates goes on; none to train all of them to the end.
        reduction_factor: One of so many candidates goes on at a rung.
        training: What else the results depend on, such as the data set's name or the number
            of epochs, as plain values. A search is only resumed with the same.

    Raises:
        ConfigError: If a value is out of range.
    """

    template: Template
    blocks: int
    max_rounds: int = 10
    trials_per_round: int | tuple[int, ...] = 100
    tradeoff: float = 0.5
    metric: str = DEFAULT_METRIC
    moves: tuple[str, ...] = DEFAULT_MOVES
    max_cells: int = 8
    max_trials: int | None = None
    ranker: str = DEFAULT_RANKER
    seed: int = 0
    objective: SearchObjective = ACCURACY
    target: MemoryTarget = field(default_factory=memory_target)
    inherit_epochs: int | None = None
    rungs: tuple[int, ...] = ()
    reduction_factor: int = DEFAULT_REDUCTION_FACTOR
    training: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a search that cannot be."""
        if not self._trials:
            raise ConfigError("trials_per_round is empty; give one number or several")
        optional = [name for name in _OPTIONAL_COUNTS if getattr(self, name) is not None]
        counts = [(name, getattr(self, name)) for name in (*_COUNTS, *optional)]
        for name, value in [*counts, *(("trials_per_round", value) for value in self._trials)]:
            if not _is_int(value) or value < 1:
                raise ConfigError(f"{name} is {value!r}; it must be a whole number, at least 1")
        check_rungs(self.rungs, self.reduction_factor)
        for has_base in (False, True):
            check_rungs_end(self.rungs, self.planned_epochs(has_base))
        if not _is_int(self.seed) or not 0 <= self.seed <= _LARGEST_SEED:
            raise ConfigError(
                f"seed is {self.seed!r}; it must be a whole number from 0 to 2**63 - 1"
            )
        check_tradeoff(self.tradeoff)
        METRICS.require(self.metric)
        RANKERS.require(self.ranker)
        if not self.moves:
            raise ConfigError("moves is empty; name at least one, such as grow")
        for name in self.moves:
            MOVES.require(name)

    def to_state(self) -> dict[str, Any]:
        """Return the settings as JSON can hold them."""
        return asdict(self)

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> SearchSettings:
        """Read what `to_state` wrote, as JSON gives it back.

        Args:
            state: The settings as plain values.

        Returns:
            The settings.

        Raises:
            ValueError: If one is missing, unknown, or not what it should be.
        """
        settings: SearchSettings = decode(cls, state)
        return settings

    def trials_of_round(self, number: int) -> int:
        """Return how many candidates a round trains.

        Args:
            number: The round, counted from 1.

        Returns:
            The number.
        """
        return self._trials[min(number, len(self._trials)) - 1]

    def efficiency(self, base: Measurement | None, spread: Spread) -> MemoryEfficiency:
        """Return what the candidates of a round are scored by.

        Args:
            base: The measurement of the round's base; None of the empty network.
            spread: The range of both memories over the round's candidates.

        Returns:
            Equation 4 for this round.
        """
        return MemoryEfficiency(base, self.tradeoff, self.metric, spread)

    @property
    def _trials(self) -> tuple[int, ...]:
        trials = self.trials_per_round
        return trials if isinstance(trials, tuple) else (trials,)

    def planned_epochs(self, has_base: bool) -> int | None:
        """Return how many epochs a trial is to train.

        Args:
            has_base: Whether its round has a base, whose weights it may start from.

        Returns:
            The number; None if it is not recorded in `training`.
        """
        if has_base and self.inherit_epochs is not None:
            return self.inherit_epochs
        epochs = self.training.get("epochs")
        return epochs if isinstance(epochs, int) else None

    def flat(self) -> dict[str, Any]:
        """Return all settings by name, those of the template, the target and the training too."""
        return flatten({**self.to_state(), "objective": str(self.objective)})

    def differences(self, other: SearchSettings) -> list[str]:
        """Describe where two searches differ.

        Args:
            other: The settings to compare with.

        Returns:
            One line per difference, this one's value first.
        """
        return describe_differences(self.flat(), other.flat())


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
