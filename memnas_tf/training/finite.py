"""Training that has run away: its loss is no number any more."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import keras

from memnas_tf.errors import TrainingError


def check_finite(metrics: Mapping[str, Any], metric: str, when: str) -> None:
    """Refuse to go on where the loss or another metric is no number any more.

    Args:
        metrics: Metrics by name; one that is missing is let pass.
        metric: The other metric's name.
        when: When they were measured, for people.

    Raises:
        FloatingPointError: If one is infinite or not a number.
    """
    for name in ("loss", metric):
        value = metrics.get(name)
        if value is not None and not math.isfinite(value):
            raise FloatingPointError(f"{name} is {float(value)} {when}")


class StopWhenNotFinite(keras.callbacks.Callback):
    """End a training whose loss is no number any more, before that epoch is kept."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Look at the epoch's losses.

        Raises:
            TrainingError: If one is infinite or not a number.
        """
        try:
            check_finite(logs or {}, "val_loss", f"in epoch {epoch + 1}")
        except FloatingPointError as error:
            raise TrainingError(
                f"{error}; train with a lower learning rate or more warm-up, in another directory "
                "or overwriting this one"
            ) from error
