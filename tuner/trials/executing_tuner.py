"""Train the network of one trial, from where it was cut off, and keep what came of it."""

from __future__ import annotations

import logging
import zlib
from pathlib import Path
from typing import Any

import keras
import keras_tuner
from keras_tuner.engine import trial as trial_module
from keras_tuner.src.engine import tuner_utils

from memnas_tf.documents import read_json
from memnas_tf.errors import DocumentError, MissingDocumentError, SearchError
from memnas_tf.files import write_json
from memnas_tf.genotype import canonical_key, from_string
from memnas_tf.training.continuing import continue_fit
from memnas_tf.training.finite import check_finite, check_finite_weights
from memnas_tf.training.progress import TrainingProgress, load_progress
from memnas_tf.training.record import RECORD_FILE, load_record
from tuner.call_checks import check_call
from tuner.hypermodel import MemNASHyperModel
from tuner.search.settings import SearchSettings
from tuner.search_space import BASE_TRIAL, GENOTYPE, UNTIL_EPOCH
from tuner.trials.best_weights import BestWeights, load_best_weights
from tuner.trials.call_watch import CallWatch
from tuner.trials.inheriting import BaseWeights
from tuner.trials.single_device import skip_all_reduce
from tuner.trials.training_recorder import TrainingRecorder
from tuner.trials.trial_files import PROGRESS_FILE, trial_directory

_LOGGER = logging.getLogger(__name__)
_STATUS = trial_module.TrialStatus
AT_THE_END = "at the trial's end"


class ExecutingTuner(keras_tuner.Tuner):
    """A tuner whose trials go on after a kill with the epoch that they were in.

    It knows one trial at a time, and nothing of rounds, chiefs and workers.

    Attributes:
        settings: The search's settings.
        keep_checkpoints: Of how many trials the weights are kept; None for all.
        class_names: The name of each class; None where they have none.
    """

    settings: SearchSettings
    keep_checkpoints: int | None
    class_names: tuple[str, ...] | None
    _base: BaseWeights | None = None  # of the round under way
    _call_is_checked = False

    def on_execution_begin(self, trial: trial_module.Trial, execution: int) -> None:
        """React to the start of a training of a trial's network, counted from 0."""

    def run_trial(self, trial: trial_module.Trial, *args: Any, **kwargs: Any) -> Any:
        """Train a candidate, or go on with its training after its last whole epoch.

        Args:
            trial: The trial.
            *args: Of `keras.Model.fit`.
            **kwargs: Of `keras.Model.fit`.

        Returns:
            The training history of each execution.
        """
        return self._train(trial, args, kwargs, watchers=[tuner_utils.TunerCallback(self, trial)])

    def _train(
        self,
        trial: trial_module.Trial,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        watchers: list[keras.callbacks.Callback],
    ) -> Any:
        originals = kwargs.pop("callbacks", None) or []
        base = self._base_of(trial)
        progress = load_progress(self._trial_directory(trial) / PROGRESS_FILE)
        finished = [] if progress is None else progress.results
        if progress is None or progress.seed != self._trial_seed(trial, len(finished), base):
            progress, finished = None, []
        weights = Path(self._get_checkpoint_fname(trial.trial_id))
        best_weights = BestWeights(self.oracle.objective, weights)
        results = [_history_of(metrics) for metrics in finished]
        for execution in range(len(finished), self.executions_per_trial):
            seed = self._trial_seed(trial, execution, base)
            progress = progress or TrainingProgress(seed, [_past_of(result) for result in results])
            if watchers:
                self.on_execution_begin(trial, execution)
            callbacks = self._deepcopy_callbacks(originals)
            self._configure_tensorboard_dir(callbacks, trial, execution)
            callbacks += [*watchers, best_weights]
            fit = {**kwargs, "callbacks": callbacks}
            results.append(self._execute(trial, execution, progress, base, args, fit))
            progress = None
        return results

    def load_model(self, trial: trial_module.Trial) -> keras.Model:
        """Build a trial's network with the weights of its best epoch.

        Args:
            trial: The trial.

        Returns:
            The model, compiled, its optimizer as new.

        Raises:
            SearchError: If the weights are not there, or damaged.
        """
        model = self._try_build(trial.hyperparameters)
        try:
            if not model.built:
                model.build_from_config(read_json(self._get_build_config_fname(trial.trial_id)))
            load_best_weights(model, Path(self._get_checkpoint_fname(trial.trial_id)))
        except MissingDocumentError as error:
            raise SearchError(
                f"{error}: a search keeps the weights of its best {self.keep_checkpoints or ''} "
                f"trials (keep_checkpoints); get those of trial {trial.trial_id} again with "
                "tuner.train_again"
            ) from error
        except DocumentError as error:
            raise SearchError(
                f"{error}; get the weights of trial {trial.trial_id} again with tuner.train_again"
            ) from error
        return model

    def _execute(
        self,
        trial: trial_module.Trial,
        execution: int,
        progress: TrainingProgress,
        base: BaseWeights | None,
        args: tuple[Any, ...],
        fit: dict[str, Any],
    ) -> Any:
        # A candidate's result depends on itself and its base, not on which trials ran before.
        keras.utils.set_random_seed(progress.seed)
        model = self._try_build(trial.hyperparameters)
        # Someone else's `fit` may train twice, or on other data.
        is_plain = type(self.hypermodel).fit is MemNASHyperModel.fit
        if is_plain and not self._call_is_checked:
            check_call(model, self.settings.objective.metrics, args, fit)
            self._call_is_checked = True
        epochs = self.settings.inherit_epochs
        if base is not None:
            try:
                base.give_to(model, trial.hyperparameters, self.settings.template)
            except ValueError as error:  # hyperparameters made another network of it
                _LOGGER.warning(
                    "trial %s starts from scratch, as its network cannot take over the weights of "
                    "its base: %s",
                    trial.trial_id,
                    error,
                )
                keras.utils.set_random_seed(progress.seed)
                model, base = self._try_build(trial.hyperparameters), None
        if base is not None and epochs is not None:
            self.hypermodel.shorten(model, epochs / fit.get("epochs", epochs))
            fit = {**fit, "epochs": epochs}
        if rung := trial.hyperparameters.values.get(UNTIL_EPOCH):
            fit = {**fit, "epochs": rung}
        if is_plain:
            recorder = TrainingRecorder(
                self._trial_directory(trial) / RECORD_FILE,
                execution,
                base.trial_id if base else None,
                base.epochs if base else 0,
            )
            results = self._fit(trial, recorder, model, progress, args, fit)
        else:
            results = self.hypermodel.fit(trial.hyperparameters, model, *args, **fit)
        check_finite(_past_of(results), AT_THE_END)
        check_finite_weights(model, AT_THE_END)
        write_json(self._get_build_config_fname(trial.trial_id), model.get_build_config())
        return results

    def _fit(
        self,
        trial: trial_module.Trial,
        recorder: TrainingRecorder,
        model: keras.Model,
        progress: TrainingProgress,
        args: tuple[Any, ...],
        fit: dict[str, Any],
    ) -> Any:
        watch = CallWatch(self.settings.objective.metrics)
        fit = {**fit, "callbacks": [*fit["callbacks"], watch, recorder]}
        progress_file = self._trial_directory(trial) / PROGRESS_FILE
        args, fit = continue_fit(model, progress, progress_file, args, fit)
        results = self.hypermodel.fit(trial.hyperparameters, model, *args, **fit)
        is_at_rung = bool(trial.hyperparameters.values.get(UNTIL_EPOCH))
        if recorder.execution + 1 == self.executions_per_trial and not is_at_rung:
            weights = Path(self._get_checkpoint_fname(trial.trial_id))
            objective = self.settings.objective
            recorder.record_confusion(model, weights, objective, fit, self.class_names)
        return results

    def _try_build(self, hp: keras_tuner.HyperParameters) -> keras.Model:
        model = super()._try_build(hp)
        skip_all_reduce(model.optimizer)
        return model

    def _trial_directory(self, trial: trial_module.Trial) -> Path:
        return trial_directory(Path(self.project_dir), trial.trial_id)

    def _trial_seed(
        self, trial: trial_module.Trial, execution: int, base: BaseWeights | None
    ) -> int:
        key = canonical_key(from_string(trial.hyperparameters.get(GENOTYPE)))
        identity = f"{self.settings.seed}/{execution + 1}/{key}"
        # So that a trial that inherits and one that could not never go on from each other.
        identity += f" from {canonical_key(base.genotype)}" if base else ""
        return zlib.crc32(identity.encode())

    def _base_of(self, trial: trial_module.Trial) -> BaseWeights | None:
        """Return what a trial starts from; None from scratch."""
        trial_id = trial.hyperparameters.values.get(BASE_TRIAL)
        if self.settings.inherit_epochs is None or not trial_id:
            return None
        if self._base is None or self._base.trial_id != trial_id:
            base, self._base = self.oracle.get_trial(trial_id), None
            record = load_record(self._trial_directory(base) / RECORD_FILE)
            try:
                self._base = BaseWeights.of(base, self.load_model(base), record)
            except ValueError as error:
                _LOGGER.warning(
                    "trial %s starts from scratch, as the weights of its base cannot be had: %s",
                    trial.trial_id,
                    error,
                )
        return self._base


def _past_of(result: Any) -> dict[str, list[float]]:
    """Return what a later process needs of the result of `fit`: its metrics by name."""
    return dict(getattr(result, "history", {}))


def _history_of(metrics: dict[str, list[float]]) -> keras.callbacks.History:
    """Return what `_past_of` was given."""
    history = keras.callbacks.History()
    history.history = metrics
    return history
