"""The weights of a trial's best epoch, without what only further training needs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras

from memnas_tf.documents.seal import check_seal, seal
from memnas_tf.errors import DocumentError
from memnas_tf.files import whole_file


class BestWeights(keras.callbacks.Callback):
    """Save the weights of the best epoch, of all executions of a trial, atomically.

    KerasTuner's own callback saves the optimizer's slots with them, which doubles the file or
    more, and writes it in place.

    Args:
        objective: The objective of KerasTuner. An epoch whose metrics lack it counts as best.
        file: Where to save the weights.
    """

    def __init__(self, objective: Any, file: Path) -> None:
        super().__init__()
        self._objective = objective
        self._file = file
        self.best_value = -math.inf if objective.direction == "max" else math.inf

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Save the weights if there were none better."""
        if self._objective.has_value(logs):
            value = self._objective.get_value(logs)
            if not self._objective.better_than(value, self.best_value):
                return
            self.best_value = value
        with whole_file(self._file) as temporary, _without_optimizer(self.model):
            self.model.save_weights(temporary)
            seal(temporary)


def load_best_weights(model: keras.Model, file: Path) -> None:
    """Give a model the weights that `BestWeights` saved.

    Args:
        model: A built model of the same network.
        file: The weights.

    Raises:
        MissingDocumentError: If there is no such file.
        DocumentError: If it is damaged, or of another network.
    """
    check_seal(file)  # or Keras would raise what it likes, or take over what a disk has altered
    with _without_optimizer(model):
        try:
            model.load_weights(file)
        except ValueError as error:
            reason = str(error).strip().splitlines()[0]
            raise DocumentError(file, f"it is of another network ({reason})") from error


@contextmanager
def _without_optimizer(model: keras.Model) -> Iterator[None]:
    optimizer, model.optimizer = model.optimizer, None
    try:
        yield
    finally:
        model.optimizer = optimizer
