"""The KerasTuner oracle of a search: `tuner.search.Search` in KerasTuner's words.

It hands out, keeps the files, and gives back what was cut off; who holds a trial, and what becomes
of one that ends, its bases know. What can be refused is refused in the constructor; what fails
later ends the search with an error (see `tuner.distributed.guarding`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras_tuner
from keras_tuner.engine import trial as trial_module

from memnas_tf.documents import decode, write_document
from memnas_tf.errors import MemNASError, SearchError
from memnas_tf.files import write_text
from memnas_tf.genotype import BEST_FILE, from_string, to_json
from tuner.ending_oracle import EndingOracle
from tuner.history import ORACLE_FILE, SearchHistory, read_search
from tuner.hyperparameters import (
    declared_space,
    values_to_train,
    with_hyperparameters,
)
from tuner.keras_objective import keras_objective
from tuner.keras_tuner_state import OracleState
from tuner.restoring import read_trial, set_aside_damaged
from tuner.search.rounds import (
    PLANNED,
    RUNNING,
    PlannedTrial,
    Round,
)
from tuner.search.search import OVER, Answer, Search
from tuner.search.settings import SearchSettings
from tuner.search.standings import ranked_trials
from tuner.search_space import trial_values
from tuner.trials.trial_format import TRIAL_FILE, trial_document

_LOGGER = logging.getLogger(__name__)
_STATUS = trial_module.TrialStatus


class MemNASOracle(EndingOracle):
    """Hand out the candidates of a search as KerasTuner's trials (see `tuner.search.search`).

    Args:
        settings: The search's settings.
        hyperparameters: Other hyperparameters of the hypermodel, which are searched jointly.
        allow_new_entries: Whether the hypermodel may ask for hyperparameters not listed.
        tune_new_entries: Whether those are searched too; if not, they keep their defaults.
        max_retries_per_trial: How often a trial that crashed is tried again.
        max_consecutive_failed_trials: After how many failures in a row the search ends; None to
            end it only when a whole round has failed.
        lease_seconds: How long a worker that trains may keep silent before its trial goes to
            another one; None for ever, as where there are no workers.
        clock: Seconds on a clock that never goes back.

    Raises:
        ConfigError: If the budgets leave nothing to start with.
    """

    def __init__(
        self,
        settings: SearchSettings,
        hyperparameters: keras_tuner.HyperParameters | None = None,
        allow_new_entries: bool = True,
        tune_new_entries: bool = True,
        max_retries_per_trial: int = 0,
        max_consecutive_failed_trials: int | None = None,
        lease_seconds: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(
            Search(settings, furnish=self._with_hyperparameters),
            objective=keras_objective(settings.objective),
            max_trials=settings.max_trials,
            hyperparameters=declared_space(hyperparameters, settings.blocks),
            allow_new_entries=allow_new_entries,
            tune_new_entries=tune_new_entries,
            seed=settings.seed,
            max_retries_per_trial=max_retries_per_trial,
            max_consecutive_failed_trials=max_consecutive_failed_trials,
            lease_seconds=lease_seconds,
            clock=clock,
        )
        self.seed = settings.seed  # KerasTuner takes a seed of 0 for none
        self._seed_state = settings.seed

    @property
    def settings(self) -> SearchSettings:
        """All that the search's course depends on."""
        return self.search.settings

    @property
    def rounds(self) -> list[Round]:
        """The search's rounds, the last of which may be under way."""
        return self.search.rounds

    @property
    def stop_reason(self) -> str | None:
        """Why the search is over; None while it goes on."""
        return self.search.stop_reason

    @property
    def history(self) -> SearchHistory:
        """What the search did so far."""
        return SearchHistory(
            self.settings, tuple(self.rounds), self.stop_reason, dict(self.durations)
        )

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Hand out the next planned candidate.

        Args:
            trial_id: The new trial's id.

        Returns:
            Its values with status RUNNING, IDLE while the round waits for its last results, or
            STOPPED at the end.
        """
        was_over = self._is_stopped()
        planned = self.search.ask(trial_id)
        if planned is OVER:
            if not was_over:
                self.save()
            return {"status": _STATUS.STOPPED}
        if isinstance(planned, Answer):
            return {"status": _STATUS.IDLE}
        values = values_to_train(self.hyperparameters, self.rounds[-1], planned)
        return {"status": _STATUS.RUNNING, "values": values}

    def get_best_trials(self, num_trials: int = 1) -> list[trial_module.Trial]:
        """Return the best trials by memory efficiency (see `tuner.search.standings.ranked_trials`).

        Trials of a round that is not over follow in order of their objective.

        Args:
            num_trials: How many.

        Returns:
            Trials with a result, the best first.
        """
        ranked = [self.trials[t.trial_id] for t in ranked_trials(self.rounds) if t.trial_id]
        seen = {trial.trial_id for trial in ranked}
        unranked = [
            trial
            for trial in self.trials.values()
            if trial.status == _STATUS.COMPLETED and trial.trial_id not in seen
        ]
        unranked.sort(key=lambda trial: (-self._quality(trial), trial.trial_id))
        return [*ranked, *unranked][:num_trials]

    def remaining_trials(self) -> int | None:
        """Return how many trials a limit leaves; None without one."""
        return None if self.max_trials is None else self.max_trials - len(self.trials)

    def get_state(self) -> dict[str, Any]:
        """Return all that a resumed search needs."""
        return {**super().get_state(), "memnas": self.history.to_state()}

    def reload(self) -> None:
        """Read the search from its directory; a damaged file gives way to the one before it.

        Raises:
            SearchError: If there is none that can be read.
        """
        directory = Path(self._project_dir)
        search = read_search(directory)
        set_aside_damaged(directory, search.path)
        try:
            self.set_state(search.document)
        except (MemNASError, MemoryError, OSError):
            raise
        except Exception as error:  # of values that are none of its own KerasTuner raises anything
            raise SearchError(f"cannot go on with {str(search.path)!r}: {error}") from error

    def set_state(self, state: dict[str, Any]) -> None:
        """Restore what `get_state` returned, and take up trials that were cut off."""
        others = {key: value for key, value in state.items() if key != "memnas"}
        decode(OracleState, others)  # or it would be found out trials later
        history = SearchHistory.from_state(state["memnas"])
        self.search.restore(history.rounds, history.stop_reason)
        self.durations = dict(history.durations)
        held = {trial_id: tuner_id for tuner_id, trial_id in state["ongoing_trials"].items()}
        # The rounds say which trial is what; KerasTuner's own lists lag behind them by a kill.
        super().set_state({**state, "ongoing_trials": {}, "retry_queue": []})
        self.trials = {}
        ended = []
        for entry in self.rounds:
            for planned in entry.trials:
                key = planned.trial_id
                if key is not None and self._take_up(entry, planned, held.get(key)):
                    ended.append(key)
        self._retry_queue.reverse()  # taken from the end
        for trial_id in ended:  # when all are there: others may go on with it, or the next round
            self._note_end(self.trials[trial_id])
        self.start_order = [key for key in self.start_order if key in self.trials]
        self.end_order = [key for key in self.end_order if key in self.trials]

    def save(self) -> None:
        """Write the oracle's state atomically, and the best genotype beside it.

        After an error what is on disk stands: what is in memory may be half of a change.
        """
        if self.error is not None:
            return
        directory = Path(self._project_dir)
        best = self.history.best
        if best is not None:
            write_text(directory / BEST_FILE, to_json(from_string(best.genotype)))
        write_document(directory / ORACLE_FILE, self.get_state(), keep_previous=True)

    def _save_trial(self, trial: trial_module.Trial) -> None:
        write_document(
            Path(self._get_trial_dir(trial.trial_id)) / TRIAL_FILE, trial_document(trial)
        )

    def _take_up(self, entry: Round, planned: PlannedTrial, holder: str | None) -> bool:
        """Take up a trial from a directory, and go on with one that was cut off.

        Tells whether it ended just before the kill: it came between its file and the oracle's.
        """
        directory, objective = Path(self._project_dir), self.settings.objective
        trial = read_trial(directory, entry, planned, self.hyperparameters, objective)
        if trial is None:  # it was handed out, and nothing of it was saved
            planned.status, planned.trial_id = PLANNED, None
            return False
        self.trials[trial.trial_id] = trial
        if planned.status != RUNNING:
            return False
        if trial.status in (_STATUS.COMPLETED, _STATUS.FAILED):
            return True
        trial.hyperparameters.values.update(trial_values(entry, planned))  # it may go on by now
        if holder is not None and self._leases.seconds is not None:
            trial.status = _STATUS.RUNNING
            self._hold(holder, trial)
        else:
            self._queue(trial)
        return False

    def _with_hyperparameters(self, entry: Round, base: PlannedTrial | None) -> Round:
        return with_hyperparameters(entry, base, self.hyperparameters, self.settings.seed)
