"""Training that has run away: its numbers are none any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from memnas_tf.errors import TrainingError


def check_finite(metrics: Mapping[str, Any], when: str) -> None:
    """Refuse to go on where a reported number is none.

    Args:
        metrics: Metrics by name, each a number or several; what is no number at all is let pass.
        when: When they were measured, for people.

    Raises:
        FloatingPointError: If one is infinite or not a number.
    """
    for name, value in metrics.items():
        if value is None:
            continue
        try:
            numbers = np.asarray(value, np.float64)
        except (TypeError, ValueError):
            continue
        bad = numbers[~np.isfinite(numbers)]
        if bad.size:
            raise FloatingPointError(f"{name} is {bad.flat[0]} {when}")


def check_finite_weights(model: keras.Model, when: str) -> None:
    """Refuse to go on with a network whose weights are no numbers.

    Args:
        model: The network.
        when: When, for people.

    Raises:
        FloatingPointError: If a weight is infinite or not a number.
    """
    for weight in model.weights:
        if keras.backend.is_float_dtype(weight.dtype) and not keras.ops.all(
            keras.ops.isfinite(weight)
        ):
            raise FloatingPointError(f"a weight of {weight.path} is no finite number {when}")


class StopWhenNotFinite(keras.callbacks.Callback):
    """End a training whose numbers are none any more, before that epoch is kept."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Look at the epoch's metrics and the weights.

        Raises:
            TrainingError: If one is infinite or not a number.
        """
        when = f"in epoch {epoch + 1}"
        try:
            check_finite(logs or {}, when)
            check_finite_weights(self.model, when)
        except FloatingPointError as error:
            raise TrainingError(
                f"{error}; train with a lower learning rate or more warm-up, in another directory "
                "or overwriting this one"
            ) from error
