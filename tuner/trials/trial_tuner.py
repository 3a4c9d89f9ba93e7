"""Run one trial: what its errors mean, and its weights once they are gone."""

from __future__ import annotations

from typing import Any

import keras
import keras_tuner
from keras_tuner.engine import trial as trial_module

from memnas_tf.errors import SearchError
from memnas_tf.training.finite import check_finite
from tuner.distributed.worker import ChiefLost, SearchIsOver
from tuner.search_space import BASE_TRIAL
from tuner.trials.crashes import crash_message
from tuner.trials.executing_tuner import AT_THE_END, ExecutingTuner
from tuner.trials.failures import record_failure
from tuner.trials.trial_ends import begin_trial, what_ends_the_search
from tuner.trials.trial_files import PROGRESS_FILE

_STATUS = trial_module.TrialStatus


class TrialTuner(ExecutingTuner):
    """A tuner whose trials fail without ending the search."""

    def train_again(self, trial: trial_module.Trial, *args: Any, **kwargs: Any) -> keras.Model:
        """Train a trial's network again whose weights are gone or damaged, as it was trained.

        The bases that it started from are trained again first where theirs are gone as well. What
        the search has recorded of them stays.

        Args:
            trial: A trial that was trained to its end.
            *args: What the search was called with.
            **kwargs: The same.

        Returns:
            The network with the weights of its best epoch.
        """
        base_id = trial.hyperparameters.values.get(BASE_TRIAL)
        if self.settings.inherit_epochs is not None and base_id:
            base = self.oracle.get_trial(base_id)
            try:
                self.load_model(base)
            except SearchError:
                self.train_again(base, *args, **kwargs)
        (self._trial_directory(trial) / PROGRESS_FILE).unlink(missing_ok=True)
        self._train(trial, args, kwargs, watchers=[])
        (self._trial_directory(trial) / PROGRESS_FILE).unlink(missing_ok=True)
        return self.load_model(trial)

    def _try_run_and_update_trial(
        self, trial: trial_module.Trial, *args: Any, **kwargs: Any
    ) -> None:
        # Unlike KerasTuner's own: what the machine does is not the candidate's fault.
        is_first = begin_trial()
        directory = self._trial_directory(trial)
        try:
            self._run_and_update_trial(trial, *args, **kwargs)
            trial.status = _STATUS.COMPLETED
        except (ChiefLost, SearchIsOver):
            raise
        except Exception as error:
            end = what_ends_the_search(error, trial.trial_id, directory, is_first)
            if end is error:
                raise
            if end is not None:
                raise end from error
            final = isinstance(error, keras_tuner.errors.FailedTrialError)
            trial.status = _STATUS.FAILED if final else _STATUS.INVALID
            trial.message = record_failure(error, directory)

    def _run_and_update_trial(self, trial: trial_module.Trial, *args: Any, **kwargs: Any) -> None:
        if crashes := crash_message(self._trial_directory(trial)):
            raise keras_tuner.errors.FailedTrialError(crashes)
        super()._run_and_update_trial(trial, *args, **kwargs)
        metrics = self.oracle.get_trial(trial.trial_id).metrics.metrics
        reported = {name: [one.value for one in m.get_history()] for name, m in metrics.items()}
        check_finite(reported, AT_THE_END)
