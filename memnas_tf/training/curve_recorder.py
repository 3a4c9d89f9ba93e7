"""Keep a learning curve epoch by epoch."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import keras

from memnas_tf.training.record import LearningCurve, TrainingRecord, load_record


class CurveRecorder(keras.callbacks.Callback):
    """Write each epoch of a training to its record.

    The record may hold epochs that training goes on before, where it was cut off between two
    files: what is trained again takes their place.

    Args:
        path: The record.
        execution: Which execution of a trial it is, counted from 0.
    """

    def __init__(self, path: Path, execution: int = 0) -> None:
        super().__init__()
        self._path = path
        self.execution = execution
        self._record = load_record(path) or TrainingRecord()
        self._started = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Start the clock."""
        self._started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Write the epoch."""
        curves = self._record.executions
        curves += [LearningCurve() for _ in range(len(curves), self.execution + 1)]
        del curves[self.execution + 1 :]
        self._record.confusion = None
        curves[-1].cut(epoch)
        curves[-1].add(epoch, time.perf_counter() - self._started, logs or {})
        self._record.save(self._path)
