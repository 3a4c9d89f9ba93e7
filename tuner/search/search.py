"""The search itself: grow and trim, rank, train, choose, round by round.

It knows neither Keras nor KerasTuner and touches no file. Whoever trains asks for candidates and
tells what became of them; the state between two calls is plain JSON.

Source: the paper, section 3.1 and Figure 1(a), which `Search` follows clockwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from typing import Any

from tuner.ranking import Ranker
from tuner.search.halving import leave_rung
from tuner.search.limits import require_fit, stop_reason
from tuner.search.planning import Planner
from tuner.search.rounds import (
    PLANNED,
    RUNNING,
    PlannedTrial,
    Round,
    base_measurement,
    base_trial,
)
from tuner.search.settings import SearchSettings
from tuner.search.standings import ranked_trials


class Answer(Enum):
    """What `Search.ask` answers where there is no candidate."""

    WAIT = "wait"
    OVER = "over"


WAIT, OVER = Answer.WAIT, Answer.OVER


class Search:
    """A MemNAS search, as a value that is asked and told.

    search = Search(SearchSettings(template, blocks=5, max_rounds=3))
    while (trial := search.ask()) is not OVER:
        search.tell(trial, quality=train(trial.genotype, trial.until_epoch))

    Args:
        settings: All that its course depends on.
        ranker: What ranks candidates; None to make the one that the settings name.
        furnish: Adds what else candidates are trained with to a round that is planned, given the
            trial of its base.

    Attributes:
        settings: All that its course depends on.
        rounds: What it planned so far and what became of it; the last round may be under way.
        stop_reason: Why it is over, for people; None while it goes on.

    Raises:
        ConfigError: If the budgets leave nothing to start with.
    """

    def __init__(
        self,
        settings: SearchSettings,
        ranker: Ranker | None = None,
        furnish: Callable[[Round, PlannedTrial | None], Round] = lambda entry, base: entry,
    ) -> None:
        require_fit(settings.template, settings.blocks, settings.target)
        self.settings = settings
        self.rounds: list[Round] = []
        self.stop_reason: str | None = None
        self._planner = Planner(ranker)
        self._furnish = furnish

    def ask(self, trial_id: str | None = None) -> PlannedTrial | Answer:
        """Hand out the next candidate to train; the first of a round after the round is planned.

        Args:
            trial_id: What to call it, if it has no name yet; None to count.

        Returns:
            The candidate, to be trained up to its `until_epoch`, or to the end; one that goes on
            from a rung comes again. `WAIT` while the round waits for its last results, `OVER` at
            the end.
        """
        if self.stop_reason is None and (not self.rounds or self.rounds[-1].is_over):
            self._open_round()
        if self.stop_reason is not None:
            return OVER
        due = self.rounds[-1].due
        if due is None:
            return WAIT
        due.hand_out(trial_id or f"{sum(1 for one in self._trials() if one.trial_id):04d}")
        return due

    def tell(self, trial: PlannedTrial, quality: float | None, failure: str = "") -> None:
        """Take note of what became of a candidate, and close its rung or its round behind it.

        Args:
            trial: The candidate.
            quality: The best that it reported, of which more is better; None if it failed.
            failure: What it failed with, for people.

        Raises:
            SearchError: If it is not under way.
        """
        trial.end(quality)
        current, base = self.rounds[-1], base_measurement(self.rounds[:-1])
        efficiency = self.settings.efficiency(base, current.memory_spread)
        leave_rung(current, self.settings, efficiency)
        if current.is_over and current.winner is None:
            current.close(efficiency)
            self.stop_reason = stop_reason(self.rounds, self.settings)
            if current.winner is None:
                self.stop_reason = f"{self.stop_reason}; the last: {failure}"

    def stop(self, reason: str) -> None:
        """End the search for a reason, which is for people."""
        self.stop_reason = reason

    def _open_round(self) -> None:
        planned = self._planner.plan(self.rounds, self.settings)
        if isinstance(planned, Round):
            self.rounds.append(self._furnish(planned, base_trial(self.rounds)))
        else:
            self.stop_reason = planned

    @property
    def best(self) -> PlannedTrial | None:
        """The search's answer so far; None before the first round is over."""
        return next(iter(ranked_trials(self.rounds)), None)

    @property
    def is_waiting(self) -> bool:
        """Whether there is nothing to hand out until a trial ends."""
        current = self.rounds[-1] if self.rounds else None
        return current is not None and not current.is_over and current.due is None

    def find(self, trial_id: str) -> PlannedTrial | None:
        """Find a candidate that was handed out by its name; None if there is none."""
        return next((one for one in self._trials() if one.trial_id == trial_id), None)

    def to_state(self) -> dict[str, Any]:
        """Return all that there is to know, as JSON can hold it."""
        return {
            "settings": self.settings.to_state(),
            "rounds": [entry.to_state() for entry in self.rounds],
            "stop_reason": self.stop_reason,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any], ranker: Ranker | None = None) -> Search:
        """Go on from what `to_state` returned, as JSON gives it back.

        What was under way is due again.
        """
        search = cls(SearchSettings.from_state(state["settings"]), ranker)
        search.restore(map(Round.from_state, state["rounds"]), state["stop_reason"])
        for trial in search._trials():
            trial.status = PLANNED if trial.status == RUNNING else trial.status
        return search

    def restore(self, rounds: Iterable[Round], stop_reason: str | None) -> None:
        """Go on from the rounds of a search, and from why it was over; None if it was not."""
        self.rounds, self.stop_reason = list(rounds), stop_reason

    def _trials(self) -> Iterator[PlannedTrial]:
        return (trial for entry in self.rounds for trial in entry.trials)
