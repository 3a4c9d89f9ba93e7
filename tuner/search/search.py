"""The search itself: grow and trim, rank, train, choose, round by round.

It knows neither Keras nor KerasTuner and touches no file. Whoever trains asks for candidates and
tells what became of them; the state between two calls is plain JSON. Figure 1(a) of the paper,
clockwise, is `_open_round` (generate, measure, rank), `ask` (train) and `tell` (choose).

Source: the paper, section 3.1 and Figure 1(a).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any

from memnas_tf.errors import SearchError
from tuner.ranking import Ranker, make_ranker
from tuner.search.halving import leave_rung, pause
from tuner.search.planning import plan_round, require_fit, stop_reason
from tuner.search.rounds import (
    COMPLETED,
    FAILED,
    PLANNED,
    RUNNING,
    PlannedTrial,
    Round,
    base_measurement,
    base_trial,
    find_trial,
    ranked_trials,
)
from tuner.search.settings import SearchSettings
from tuner.trials.machine_faults import fault_of

_LOGGER = logging.getLogger(__name__)


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
        self._ranker = ranker
        self._furnish = furnish

    @property
    def best(self) -> PlannedTrial | None:
        """The search's answer so far; None before the first round is over."""
        return next(iter(ranked_trials(self.rounds)), None)

    @property
    def is_waiting(self) -> bool:
        """Whether there is nothing to hand out until a trial ends."""
        current = self.rounds[-1] if self.rounds else None
        return current is not None and not current.is_over and current.due is None

    def ask(self, trial_id: str | None = None) -> PlannedTrial | Answer:
        """Hand out the next candidate to train.

        Args:
            trial_id: What to call it, if it has no name yet; None to count.

        Returns:
            The candidate, to be trained up to its `until_epoch`, or to the end; one that goes on
            from a rung comes again. `WAIT` while the round waits for its last results, `OVER` at
            the end.
        """
        if not self.rounds or self.rounds[-1].is_over:
            self._open_round()
        if self.stop_reason is not None:
            return OVER
        due = self.rounds[-1].due
        if due is None:
            return WAIT
        if due.trial_id is None:
            due.trial_id = trial_id or f"{sum(1 for _ in self._named()):04d}"
        due.status = RUNNING
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
        if trial.status != RUNNING:
            raise SearchError(f"trial {trial.trial_id} is {trial.status}, not under way")
        if quality is None:
            trial.status = FAILED
        elif trial.until_epoch is None:
            trial.status, trial.quality = COMPLETED, quality
        else:
            pause(trial, quality)
        current = self.rounds[-1]
        base = base_measurement(self.rounds[:-1])
        efficiency = self.settings.efficiency(base, current.memory_spread)
        leave_rung(current, self.settings, efficiency)
        if current.is_over and current.winner is None:
            current.close(efficiency)
            self.stop_reason = stop_reason(self.rounds, self.settings)
            if current.winner is None:
                self.stop_reason = f"{self.stop_reason}; the last: {failure}"

    def stop(self, reason: str) -> None:
        """End the search.

        Args:
            reason: Why, for people.
        """
        self.stop_reason = reason

    def find(self, trial_id: str) -> PlannedTrial | None:
        """Find a candidate that was handed out by its name; None if there is none."""
        return find_trial(self.rounds, trial_id)

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

        Args:
            state: The state.
            ranker: As for the constructor.

        Returns:
            The search. What was under way is due again.
        """
        search = cls(SearchSettings.from_state(state["settings"]), ranker)
        search.restore(map(Round.from_state, state["rounds"]), state["stop_reason"])
        for trial in (trial for entry in search.rounds for trial in entry.trials):
            if trial.status == RUNNING:
                trial.status = PLANNED
        return search

    def restore(self, rounds: Iterable[Round], stop_reason: str | None) -> None:
        """Go on from what a search had come to, as `Round.from_state` reads it.

        Args:
            rounds: Its rounds.
            stop_reason: Why it was over; None if it was not.
        """
        self.rounds, self.stop_reason = list(rounds), stop_reason

    def _open_round(self) -> None:
        if self.stop_reason is not None:
            return
        planned = self._plan()
        if isinstance(planned, str):
            self.stop_reason = planned
        else:
            self.rounds.append(self._furnish(planned, base_trial(self.rounds)))

    def _plan(self) -> Round | str:
        try:
            if self._ranker is None:
                self._ranker = make_ranker(
                    self.settings.ranker,
                    max_cells=self.settings.max_cells,
                    blocks=self.settings.blocks,
                    template=self.settings.template,
                    seed=self.settings.seed,
                )
            return plan_round(self.rounds, self.settings, self._ranker)
        except Exception as error:  # a ranker's failure must not cost the search
            if fault_of(error) is not None:
                raise  # or the machine would decide what is drawn
            _LOGGER.warning("the ranker failed; drawing this round at random", exc_info=True)
            return plan_round(self.rounds, self.settings, None)

    def _named(self) -> list[PlannedTrial]:
        return [one for entry in self.rounds for one in entry.trials if one.trial_id is not None]
