"""Rounds as explicit state: what a round planned, what became of it, and who won.

Everything here is plain data that JSON holds, so that a search can be read, and resumed,
without guessing anything from the order of trials.

Source: the paper, section 3.1 and Figure 1(a).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean
from typing import Annotated, Any, TypeAlias

from memnas_tf.documents import at_least, decode, refuse_unless
from memnas_tf.errors import SearchError
from memnas_tf.genotype import Genotype, canonical_key, check_buildable, from_string
from memnas_tf.metric import Measurement, Spread
from tuner.search.memory_efficiency import MemoryEfficiency

PLANNED, RUNNING, PAUSED = "planned", "running", "paused"
COMPLETED, STOPPED, FAILED = "completed", "stopped", "failed"
STATES = (PLANNED, RUNNING, PAUSED, COMPLETED, STOPPED, FAILED)


def _one_of(known: Sequence[str]) -> Callable[[Any], None]:
    return refuse_unless(lambda value: value in known, f"one of {', '.join(known)}")


# What values may be in a file that somebody else has written.
_Count: TypeAlias = Annotated[int, at_least(0)]
# The name of a directory is made of it.
_TrialId: TypeAlias = Annotated[
    str,
    refuse_unless(lambda key: key.isascii() and key.isalnum() and len(key) <= 32, "a trial's id"),
]
# What float32 can hold, with room: sums, ratios and squares of these are finite.
_Result: TypeAlias = Annotated[
    float, refuse_unless(lambda value: value == 0 or 1e-60 < abs(value) < 1e60, "a result")
]
_Score: TypeAlias = Annotated[
    float, refuse_unless(lambda value: abs(value) < 1e200, "an efficiency")
]


@dataclass
class PlannedTrial:
    """One candidate that a round trains.

    Attributes:
        genotype: The architecture as a compact string.
        kind: The kind of move that made it.
        move: What changed from the base, for people.
        parameter_bytes: Its parameter memory.
        lifetime_bytes: Its lifetime memory.
        arena_bytes: Its arena memory.
        intermediate_bytes: The one of the two that the search aims at.
        base_trial: KerasTuner's trial of the round's base; None in the first round.
        predicted: The efficiency that the ranker expected, where one ranked it.
        hyperparameters: Those that a hypermodel of your own asks for, by name.
        status: One of `STATES`: "paused" at a rung, "stopped" there for good; "planned" again of
            one that goes on from it.
        trial_id: KerasTuner's trial, once it has one.
        until_epoch: The rung that it trains to, in epochs; None to the end.
        rung_qualities: Its quality at each rung that it has reached.
        quality: The best that it has reported so far, as a number of which more is better: the
            validation accuracy, or what else `tuner.objective` makes one of.
        efficiency: Its memory efficiency, once its round is over; an expected one if it was
            stopped.
        memory_term: The part of it that was known before training.
    """

    genotype: Annotated[str, check_buildable]
    kind: str
    move: str
    parameter_bytes: _Count
    lifetime_bytes: _Count
    arena_bytes: _Count
    intermediate_bytes: _Count
    base_trial: _TrialId | None = None
    predicted: _Score | None = None
    hyperparameters: dict[str, str | float | bool] = field(default_factory=dict)
    status: Annotated[str, _one_of(STATES)] = PLANNED
    trial_id: _TrialId | None = None
    until_epoch: Annotated[int, at_least(1)] | None = None
    rung_qualities: list[_Result] = field(default_factory=list)
    quality: _Result | None = None
    efficiency: _Score | None = None
    memory_term: _Score | None = None

    @property
    def is_over(self) -> bool:
        """Whether the trial has been run, to whatever end."""
        return self.status in (COMPLETED, STOPPED, FAILED)

    def hand_out(self, trial_id: str) -> None:
        """Note that it is under way, under a name if it has none yet."""
        self.trial_id = self.trial_id or trial_id
        self.status = RUNNING

    def end(self, quality: float | None) -> None:
        """Note what became of it.

        Args:
            quality: The best that it reported, of which more is better; None if it failed.

        Raises:
            SearchError: If it is not under way.
        """
        if self.status != RUNNING:
            raise SearchError(f"trial {self.trial_id} is {self.status}, not under way")
        if quality is None:
            self.status = FAILED
            return
        self.quality = quality
        self.status = COMPLETED if self.until_epoch is None else PAUSED
        if self.until_epoch is not None:
            self.rung_qualities.append(quality)

    @property
    def hyperparameter_words(self) -> str:
        """Its hyperparameters for people; nothing if there are none."""
        return describe_values(self.hyperparameters)

    @property
    def measurement(self) -> Measurement:
        """What Equation 4 compares, of a completed trial."""
        quality = math.nan if self.quality is None else self.quality
        return Measurement(quality, self.intermediate_bytes, self.parameter_bytes)


@dataclass
class Round:
    """One round of a search.

    Attributes:
        number: Counted from 1.
        base: The base as a compact string.
        candidates: How many candidates grow and trim made that fit the budgets; the trials are
            a part of them.
        too_large: How many they made that do not fit.
        memory_spread: The range of intermediate and of parameter memory over all candidates that
            fit.
        trials: The planned trials, all of them from the start.
        winner: Position in `trials` of the best, once the round is over.
    """

    number: Annotated[int, at_least(1)]
    base: Annotated[str, from_string]
    candidates: _Count
    too_large: _Count
    memory_spread: Spread
    trials: list[PlannedTrial]
    winner: _Count | None = None

    @property
    def is_over(self) -> bool:
        """Whether every trial has been run."""
        return all(trial.is_over for trial in self.trials)

    @property
    def completed(self) -> list[PlannedTrial]:
        """The trials that were trained to the end."""
        return [trial for trial in self.trials if trial.status == COMPLETED]

    @property
    def winning_trial(self) -> PlannedTrial | None:
        """The trial that became the next base."""
        return None if self.winner is None else self.trials[self.winner]

    @property
    def due(self) -> PlannedTrial | None:
        """The next trial to hand out: one that nobody has trained yet, or that goes on."""
        return next((trial for trial in self.trials if trial.status == PLANNED), None)

    def close(self, efficiency: MemoryEfficiency) -> None:
        """Score the completed trials and choose the winner.

        Args:
            efficiency: What scores them.
        """
        if not self.completed:
            return
        scored = [trial for trial in self.trials if trial.status in (COMPLETED, STOPPED)]
        measured = [
            trial.measurement._replace(accuracy=quality)
            for trial, quality in zip(scored, final_qualities(scored), strict=True)
        ]
        scores = efficiency.scores(measured)
        terms = efficiency.memory_terms(measured)
        for trial, score, term in zip(scored, scores, terms, strict=True):
            trial.efficiency, trial.memory_term = score, term
        # Of equals the earlier wins, whatever order they ended in.
        best = max(self.completed, key=lambda trial: trial.efficiency or 0.0)
        self.winner = self.trials.index(best)

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Round:
        """Read what `to_state` wrote, as JSON gives it back.

        Raises:
            ValueError: If it is none.
        """
        entry: Round = decode(cls, state)
        return entry

    def to_state(self) -> dict[str, Any]:
        """Return the round as JSON can hold it."""
        # `asdict` copies every value, and this is done for all rounds twice a trial.
        trials = [dict(vars(trial)) for trial in self.trials]
        return {**vars(self), "trials": trials}


def final_qualities(trials: Sequence[PlannedTrial]) -> list[float]:
    """Return what trials came to at their end, or would have, had they not been stopped at a rung.

    A stopped one is expected to gain from its rung on what the others gained on average. So a
    round is scored on one scale, and a ranker learns from all of it.

    Args:
        trials: The completed and the stopped trials of a round, at least one of them completed.

    Returns:
        Their qualities.
    """
    completed = [trial for trial in trials if trial.status == COMPLETED]

    def gain(rung: int) -> float:
        return mean((one.quality or 0.0) - one.rung_qualities[rung] for one in completed)

    return [
        (trial.quality or 0.0)
        + (gain(len(trial.rung_qualities) - 1) if trial.status == STOPPED else 0.0)
        for trial in trials
    ]


def describe_values(hyperparameters: Mapping[str, Any]) -> str:
    """Write hyperparameters for people, in one line."""
    return ", ".join(
        f"{name} {f'{value:.4g}' if isinstance(value, float) else value}"
        for name, value in hyperparameters.items()
    )


def trained_keys(rounds: Sequence[Round]) -> set[str]:
    """Return the canonical keys of all networks planned so far."""
    return {
        canonical_key(from_string(trial.genotype)) for entry in rounds for trial in entry.trials
    }


def base_trial(rounds: Sequence[Round]) -> PlannedTrial | None:
    """Return the trial that the next round starts from; None of the empty network."""
    return rounds[-1].winning_trial if rounds else None


def current_base(rounds: Sequence[Round], blocks: int) -> Genotype:
    """Return what the next round starts from: the last winner, or the empty network."""
    winner = base_trial(rounds)
    return from_string(winner.genotype) if winner else Genotype.empty(blocks)


def base_measurement(rounds: Sequence[Round]) -> Measurement | None:
    """Return the measurement of what `current_base` returns; None of the empty network."""
    winner = base_trial(rounds)
    return winner.measurement if winner else None
