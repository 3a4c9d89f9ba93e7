"""What a tuner tells of its trials, deletes after them, and as a worker asks its chief."""

from __future__ import annotations

import contextlib
import logging
import time
from pathlib import Path
from typing import Any

import keras
from keras_tuner.engine import trial as trial_module

from memnas_tf.errors import MemNASError, SearchError
from memnas_tf.training.finite import check_finite, check_finite_weights
from tuner.distributed.worker import ChiefLink, ChiefLost, SearchIsOver
from tuner.garbage import set_aside
from tuner.history import SearchHistory
from tuner.listener import SearchListener
from tuner.search.rounds import STOPPED, PlannedTrial
from tuner.search_space import FAILURE, known_round
from tuner.trials.machine_faults import MachineFault, machine_faults_named
from tuner.trials.trial_files import prune_checkpoints, remove_leftovers, tidy_trials
from tuner.trials.trial_tuner import TrialTuner

_IDLE_SECONDS = 0.2
_LOGGER = logging.getLogger(__name__)
_STATUS = trial_module.TrialStatus
_GOES_ON = (_STATUS.RUNNING, _STATUS.IDLE)  # here or on another worker, and needs its files


class ListenedTuner(TrialTuner):
    """A tuner whose trials belong to rounds, and that somebody listens to."""

    _listener: SearchListener
    _link: ChiefLink | None = None  # of a worker
    _lease_seconds: float
    _polls = 0
    _pruned_at: tuple[int, bool] | None = None

    def pre_create_trial(self) -> None:
        """Wait a little before asking again for a trial that was not there."""
        self._listener.on_step_end()
        if self._polls:
            time.sleep(_IDLE_SECONDS)
        self._polls += 1

    def on_search_begin(self) -> None:
        """Delete what a kill left behind, and tell the listener."""
        tidy_trials(Path(self.project_dir), self._history.rounds)  # a worker knows of none
        self._listener.on_search_begin(self._history)

    def on_trial_begin(self, trial: trial_module.Trial) -> None:
        """Tell the listener."""
        set_aside()  # what planning has left, which grows with the rounds
        self._polls = 0
        super().on_trial_begin(trial)
        if self._link is not None:
            self._link.begin(trial.trial_id, self._lease_seconds)
        self._listener.on_trial_begin(*self._view(trial))

    def on_execution_begin(self, trial: trial_module.Trial, execution: int) -> None:
        """Tell the listener."""
        self._listener.on_execution_begin(self._view(trial)[1], execution)

    def on_batch_end(
        self, trial: trial_module.Trial, model: keras.Model, batch: int, logs: Any = None
    ) -> None:
        """Tell the listener."""
        super().on_batch_end(trial, model, batch, logs)
        if self._link is not None:
            self._link.note_step()
        self._listener.on_step_end()

    def on_epoch_end(
        self, trial: trial_module.Trial, model: keras.Model, epoch: int, logs: Any = None
    ) -> None:
        """Tell the listener.

        Raises:
            FloatingPointError: If a metric or a weight is no number any more.
        """
        super().on_epoch_end(trial, model, epoch, logs)
        when = f"in epoch {epoch + 1}"
        check_finite(logs or {}, when)
        check_finite_weights(model, when)
        self._listener.on_epoch_end(self._view(trial)[1], epoch, logs or {})

    def _try_run_and_update_trial(
        self, trial: trial_module.Trial, *args: Any, **kwargs: Any
    ) -> None:
        try:
            with machine_faults_named():  # a full disk has no room for `error.txt` either
                super()._try_run_and_update_trial(trial, *args, **kwargs)
        except (ChiefLost, SearchIsOver):
            raise
        except MemNASError as error:
            self._give_back(trial, error)
            raise
        if self._link is not None and trial.message:
            trial.hyperparameters.values[FAILURE] = trial.message

    def _give_back(self, trial: trial_module.Trial, error: MemNASError) -> None:
        """As a worker tell the chief why a trial is not trained here."""
        if self._link is None:
            return
        self._link.end()
        ends_search = not isinstance(error, MachineFault)
        trial.status = _STATUS.STOPPED if ends_search else _STATUS.IDLE
        trial.hyperparameters.values[FAILURE] = str(error)
        with contextlib.suppress(ChiefLost, SearchIsOver):
            self.oracle.end_trial(trial)

    def on_trial_end(self, trial: trial_module.Trial) -> None:
        """Report the result, delete what nobody needs any more, and tell the listener."""
        before = _stopped(self._history)
        self.oracle.end_trial(trial)  # which saves all that there is to save
        self._raise_error_of_oracle()
        if self._link is not None:
            self._link.end()
            trial = self.oracle.get_trial(trial.trial_id)  # with what became of it
        if trial.status not in _GOES_ON:
            completed = trial.status == _STATUS.COMPLETED
            remove_leftovers(self._trial_directory(trial), keep_weights=completed)
        history, planned = self._view(trial)
        self._listener.on_trial_end(history, planned)
        if self._link is None:
            for stopped in _stopped(history):
                if stopped is not planned and stopped not in before:
                    self._listener.on_trial_end(history, stopped)
            self._prune()

    def on_search_end(self) -> None:
        """Tell the listener, and the caller if the search failed.

        Raises:
            SearchError: If there is no result at all, or the oracle failed.
        """
        self._raise_error_of_oracle()
        history = self._history
        if self._link is None:
            self._prune()
        self._listener.on_search_end(history)
        if self._link is None and history.best is None:
            raise SearchError(f"the search found nothing: {history.stop_reason}")

    def _raise_error_of_oracle(self) -> None:
        if self._link is None and self.oracle.error is not None:
            raise self.oracle.error

    @property
    def _history(self) -> SearchHistory:
        if self._link is None:
            history: SearchHistory = self.oracle.history
            return history
        return SearchHistory(self.settings, (), None)  # a worker has no rounds

    def _prune(self) -> None:
        history = self._history
        goes_on = history.stop_reason is None
        state = sum(entry.is_over for entry in history.rounds), goes_on
        if state == self._pruned_at:
            return  # which trials are best changes at the end of a round
        self._pruned_at = state
        tidy_trials(Path(self.project_dir), history.rounds[-2:])  # of trials stopped at a rung
        pruned = prune_checkpoints(
            Path(self.project_dir),
            history.rounds,
            self.keep_checkpoints,
            keep_base=goes_on and self.settings.inherit_epochs is not None,
        )
        if pruned:
            _LOGGER.info("deleted the weights of %s", ", ".join(str(p.trial_id) for p in pruned))
            self._listener.on_prune(history, pruned)

    def _view(self, trial: trial_module.Trial) -> tuple[SearchHistory, PlannedTrial]:
        """Return what is told of a trial; a worker knows its own alone."""
        if self._link is not None:
            entry = known_round(trial, self.settings.target.memory, self.settings.objective)
            return SearchHistory(self.settings, (entry,), None), entry.trials[0]
        planned = self.oracle.search.find(trial.trial_id)
        if planned is None:
            raise SearchError(f"trial {trial.trial_id} belongs to no round of this search")
        return self._history, planned


def _stopped(history: SearchHistory) -> list[PlannedTrial]:
    """Return the trials of the last round that were stopped at a rung."""
    return [
        trial for entry in history.rounds[-1:] for trial in entry.trials if trial.status == STOPPED
    ]
