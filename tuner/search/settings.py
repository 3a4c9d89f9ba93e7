"""The settings of a search: all that its course depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from memnas_tf.differences import describe_differences, flatten
from memnas_tf.documents import decode
from memnas_tf.knob_kinds import Ascending, Names, OneOf, Real, Several, Whole
from memnas_tf.knobs import knob, read_knobs
from memnas_tf.memory import MemoryTarget, memory_target
from memnas_tf.metric import DEFAULT_METRIC, METRICS, Measurement, Spread
from memnas_tf.moves import DEFAULT_MOVES, MOVES
from memnas_tf.template import Template
from tuner.objective import ACCURACY, SearchObjective
from tuner.ranking import RANKERS
from tuner.search.memory_efficiency import MemoryEfficiency
from tuner.search.rungs import check_rungs_end

DEFAULT_RANKER = "ridge-trees"
_LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class SearchKnobs:
    """What a person sets of a search, apart from its networks and their memory.

    Raises:
        ConfigError: If a value is out of range.
    """

    max_rounds: int = knob("Rounds of grow and trim.", Whole(), 10)
    trials_per_round: int | tuple[int, ...] = knob(
        "Candidates trained per round, the paper's k; of several numbers the last is for all later "
        "rounds.",
        Several("candidates", "6, or 4,4,8,16 for rounds that grow"),
        100,
    )
    tradeoff: float = knob(
        "The paper's lambda: 0 for memory alone, 1 for accuracy alone.", Real(0, 1), 0.5
    )
    metric: str = knob(
        "Changes as they are, or divided by their range over a round.",
        OneOf(METRICS),
        DEFAULT_METRIC,
    )
    moves: tuple[str, ...] = knob(
        f"What turns a base into candidates: some of {', '.join(MOVES)}; grow and trim are the "
        "paper's.",
        Names(MOVES),
        DEFAULT_MOVES,
    )
    max_cells: int = knob("Cells in a block, at most.", Whole(), 8)
    max_trials: int | None = knob("Candidates trained in all.", Whole(), unset="no limit")
    ranker: str = knob(
        "What ranks candidates from the third round on; informed from the first.",
        OneOf(RANKERS),
        DEFAULT_RANKER,
    )
    seed: int = knob(
        "Of every random choice; the same gives the same search.", Whole(0, _LARGEST_SEED), 0
    )
    inherit_epochs: int | None = knob(
        "Start candidates from their base's weights, from the second round on, and train them for "
        "so many epochs.",
        Whole(),
        unset="from scratch",
    )
    rungs: tuple[int, ...] = knob(
        "Train a round's candidates for so many epochs, and only the better part of them on, to "
        "the next rung or the end.",
        Ascending("epochs", "2, or 3,9,27 for several rungs"),
        (),
        unset="train all to the end",
    )
    reduction_factor: int = knob("At a rung, one of so many candidates goes on.", Whole(2), 4)

    def __post_init__(self) -> None:
        """Refuse what is out of range."""
        read_knobs(self)


@dataclass(frozen=True)
class SearchSettings(SearchKnobs):
    """All settings of a search: its knobs, and what it is about.

    Attributes:
        template: The size of the networks.
        blocks: The number of blocks of a genotype.
        objective: What a trial reports, and which way it is better.
        target: The memory that is aimed at, and what it may take at most.
        training: What else the results depend on, such as the data set's name or the number
            of epochs, as plain values. A search is only resumed with the same.

    Raises:
        ConfigError: If a value is out of range, or training is over at a rung.
    """

    template: Template
    blocks: int = knob("Blocks of the network.", Whole())
    objective: SearchObjective = ACCURACY
    target: MemoryTarget = field(default_factory=memory_target)
    training: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a search that cannot be."""
        super().__post_init__()
        for has_base in (False, True):
            check_rungs_end(self.rungs, self.planned_epochs(has_base))

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
