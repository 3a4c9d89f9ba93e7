"""Keep a trial's learning curve epoch by epoch, and its mistakes once it is trained."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras

from memnas_tf.training.curve_recorder import CurveRecorder
from memnas_tf.training.record import Confusion
from tuner.objective import SearchObjective
from tuner.trials.best_weights import load_best_weights
from tuner.trials.confusion import confusion_counts

_LOGGER = logging.getLogger(__name__)


class TrainingRecorder(CurveRecorder):
    """Keep the learning curve of a trial's execution, and its mistakes.

    Args:
        path: The trial's record.
        execution: The execution, counted from 0.
        base: The trial whose weights it starts from; None from scratch.
        inherited_epochs: The epochs behind those weights.
    """

    def __init__(
        self, path: Path, execution: int, base: str | None = None, inherited_epochs: int = 0
    ) -> None:
        super().__init__(path, execution)
        self._record.base, self._record.inherited_epochs = base, inherited_epochs

    def record_confusion(
        self,
        model: keras.Model,
        weights: Path,
        objective: SearchObjective,
        fit: dict[str, Any],
        names: Sequence[str] | None,
    ) -> None:
        """Count the mistakes of a trial's best epoch on its validation images.

        Nothing depends on them, so whatever goes wrong here costs the trial nothing.

        Args:
            model: The trial's network, which has the weights of its best epoch afterwards.
            weights: The weights of its best epoch.
            objective: What the search aims at.
            fit: The arguments of `keras.Model.fit`.
            names: The name of each class; None where they have none.
        """
        best = self._record.best_epoch(objective.quality_of)
        data = fit.get("validation_data")
        if best is None or data is None or fit.get("validation_steps") or not weights.exists():
            return
        try:
            load_best_weights(model, weights)
            counts = confusion_counts(model, data)
        except Exception:
            _LOGGER.warning("cannot count the mistakes of %s", self._path.parent, exc_info=True)
            return
        if counts is not None:
            self._record.confusion = Confusion(*best, counts, None if names is None else [*names])
            self._record.save(self._path)
