"""What tells a tuner of the course of a trial."""

from __future__ import annotations

from typing import Any

import keras


class TunerCallback(keras.callbacks.Callback):
    """Tell a tuner of every step and epoch.

    Args:
        tuner: The tuner.
        trial: The trial in training.
    """

    def __init__(self, tuner: Any, trial: Any) -> None:
        super().__init__()
        self._tuner = tuner
        self._trial = trial

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Tell of the beginning of an epoch."""
        self._tuner.on_epoch_begin(self._trial, self.model, epoch, logs=logs)

    def on_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Tell of the beginning of a step."""
        self._tuner.on_batch_begin(self._trial, self.model, batch, logs)

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        """Tell of the end of a step."""
        self._tuner.on_batch_end(self._trial, self.model, batch, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Tell of the end of an epoch."""
        self._tuner.on_epoch_end(self._trial, self.model, epoch, logs=logs)
