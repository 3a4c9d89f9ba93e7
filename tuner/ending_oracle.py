"""What becomes of a trial that ends: a result, another try, a rung, or the end of the search."""

from __future__ import annotations

import contextlib
import logging
from typing import Any

from keras_tuner.engine import trial as trial_module

from memnas_tf.errors import SearchError
from tuner import trial_results
from tuner.distributed.guarding import guarded
from tuner.distributed.leasing_oracle import LeasingOracle
from tuner.hyperparameters import asked_values
from tuner.repeated_failures import (
    failures_in_a_row,
    is_repeated,
    put_back_failed,
    repetition_error,
)
from tuner.search.rounds import COMPLETED, FAILED, PLANNED, RUNNING, STOPPED
from tuner.search.search import Search
from tuner.search_space import FAILURE, UNTIL_EPOCH, trial_values

_LOGGER = logging.getLogger(__name__)
_STATUS = trial_module.TrialStatus


class EndingOracle(LeasingOracle):
    """Tell a search what KerasTuner's trials came to, and do for KerasTuner what it decides.

    Args:
        search: The search.
        **kwargs: Of `LeasingOracle`.
    """

    def __init__(self, search: Search, **kwargs: Any) -> None:
        self.search = search
        super().__init__(**kwargs)

    @guarded
    def end_trial(self, trial: trial_module.Trial) -> None:
        """Record a trial's end, and close the round if it was the last.

        The first end of a trial counts: another may come from a worker given up for dead.

        Args:
            trial: The trial, with its status and, if it failed, its message.
        """
        known = self.trials.get(trial.trial_id)
        if known is None or trial.trial_id in self.end_order or not self._is_due(known, trial):
            _LOGGER.info("ignoring the end of trial %s, which is not under way", trial.trial_id)
            return
        reason = trial.hyperparameters.values.pop(FAILURE, None) or trial.message
        if trial.status in (_STATUS.IDLE, _STATUS.STOPPED):
            self._give_back(known, reason, ends_search=trial.status == _STATUS.STOPPED)
        else:
            known.hyperparameters, known.message = trial.hyperparameters, reason
            known.status = trial.status
            self._end(known)

    def score_trial(self, trial: trial_module.Trial) -> None:
        """Score a completed trial by the objective; one without a finite value is invalid."""
        trial_results.score(trial, self.objective.name)

    def _end(self, trial: trial_module.Trial) -> None:
        self.update_space(trial.hyperparameters)
        if trial.status == _STATUS.COMPLETED:
            self.score_trial(trial)
        self._run_times[trial.trial_id] += 1
        self._note_duration(trial.trial_id)
        self._free(trial.trial_id)
        if trial.status == _STATUS.INVALID:
            if self._run_times[trial.trial_id] <= self.max_retries_per_trial:
                self._queue(trial)
            else:
                trial.status = _STATUS.FAILED
        if trial.status == _STATUS.FAILED and not trial.message:
            # KerasTuner's requests carry none.
            trial.message = f"it failed on a worker (see trial_{trial.trial_id}, or its log)"
        before = self.trials[self.end_order[-1]] if self.end_order else None
        if is_repetition := is_repeated(trial, before):
            self._put_back_failed()
        if trial.status in (_STATUS.COMPLETED, _STATUS.FAILED):
            self._note_end(trial)  # which leaves one that goes on later IDLE
        self._save_trial(trial)
        self.save()
        with contextlib.suppress(KeyError):  # of a trial that began before a restart
            self._display.on_trial_end(trial)
        if is_repetition:
            raise repetition_error(trial.message)

    def _give_back(self, trial: trial_module.Trial, reason: str | None, ends_search: bool) -> None:
        """Take back what a worker could not train, through no fault of the candidate."""
        _LOGGER.warning("a worker gave trial %s back: %s", trial.trial_id, reason)
        self._free(trial.trial_id)
        self._queue(trial)
        self.save()
        if ends_search:
            raise SearchError(str(reason))

    def _is_stopped(self) -> bool:
        return self.search.stop_reason is not None

    def _is_waiting(self) -> bool:
        return self.search.is_waiting

    def _conclude(self, trial: trial_module.Trial) -> None:
        self._note_end(trial)
        self._save_trial(trial)
        self.save()

    def _note_end(self, trial: trial_module.Trial) -> None:
        """Tell the search of a trial that is completed or failed."""
        planned = self.search.find(trial.trial_id)
        if planned is None:
            self._add_to_end_order(trial)
            return
        # With the defaults of what its hypermodel asked for only now.
        planned.hyperparameters = asked_values(trial.hyperparameters.values)
        is_completed = trial.status == _STATUS.COMPLETED
        if not is_completed:
            _LOGGER.warning("trial %s failed: %s", trial.trial_id, trial.message)
        self.search.tell(planned, self._quality(trial) if is_completed else None, trial.message)
        if planned.status in (COMPLETED, FAILED):
            self._add_to_end_order(trial)
        else:
            trial.status = _STATUS.IDLE  # at a rung
        self._leave_rung()
        limit = self.max_consecutive_failed_trials
        ended = [self.trials[trial_id] for trial_id in self.end_order]
        if limit is not None and failures_in_a_row(ended) >= limit:
            self.search.stop(f"{limit} trials in a row failed; the last: {trial.message}")

    def _leave_rung(self) -> None:
        """Do for KerasTuner what the search has decided at a rung."""
        current = self.search.rounds[-1]
        going_on = []
        for planned in current.trials:
            trial = self.trials.get(str(planned.trial_id))
            if trial is None or trial.trial_id in self.end_order:
                continue
            if planned.status == STOPPED:
                trial.status = _STATUS.COMPLETED
                self._add_to_end_order(trial)
                self._save_trial(trial)
            elif planned.status == PLANNED:
                planned.status = RUNNING
                going_on.append((planned, trial))
        for planned, trial in reversed(going_on):  # the queue is taken from its end
            trial.hyperparameters.values.update(trial_values(current, planned))
            self._run_times[trial.trial_id] = 0
            self._queue(trial)

    def _put_back_failed(self) -> None:
        """Have what failed trained again, unless the search has a result."""
        put_back = put_back_failed(self.search.rounds, self.trials)
        for trial in put_back:
            self._run_times[trial.trial_id] = 0
            self._save_trial(trial)
        if put_back:
            self.end_order = []

    def _add_to_end_order(self, trial: trial_module.Trial) -> None:
        if trial.trial_id not in self.end_order:
            self.end_order.append(trial.trial_id)

    def _is_due(self, trial: trial_module.Trial, ended: trial_module.Trial) -> bool:
        """Whether a trial is on the way to where it ended: a worker given up for dead may lag."""
        until = [one.hyperparameters.values.get(UNTIL_EPOCH) for one in (trial, ended)]
        planned = self.search.find(trial.trial_id)
        return until[0] == until[1] and (planned is None or planned.status == RUNNING)

    def _quality(self, trial: trial_module.Trial) -> float:
        return self.search.settings.objective.quality(float(trial.score))
