"""What of a mistake in a call shows only while the first epochs are trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from tuner.call_errors import BadArgument, BadData

_ADVICE = "give arrays, or a dataset that can be read as often as there are epochs"


class CallWatch(keras.callbacks.Callback):
    """End the search where data gives out, or the objective is not reported.

    Args:
        names: The metrics that the objective is made of.
    """

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = names
        self._steps = 0
        self._validation_steps: int | None = None

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Begin to count."""
        self._steps, self._validation_steps = 0, None

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Count a step; Keras may take several at once."""
        self._steps = batch + 1

    def on_test_begin(self, logs: Any = None) -> None:
        """Begin to count steps of validation."""
        self._validation_steps = 0

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """Count a step of validation."""
        self._validation_steps = batch + 1

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Look at what the epoch had, and what it reports.

        Raises:
            BadData: If there was no data for it, or not enough.
            BadArgument: If a metric of the objective is missing.
        """
        planned = (self.params or {}).get("steps")
        is_short = planned is not None and self._steps < planned
        if not self._steps or (is_short and not self.model.stop_training):
            of_all = f" of {planned}" if planned else ""
            raise BadData(
                f"the training data ended after {self._steps}{of_all} steps of epoch {epoch + 1}; "
                f"{_ADVICE}"
            )
        if self._validation_steps == 0:
            raise BadData(f"there was no validation data left for epoch {epoch + 1}; {_ADVICE}")
        was_measured = self._validation_steps is not None
        for name in self._names:
            if name not in (logs or {}) and (was_measured or not name.startswith("val_")):
                reported = ", ".join(sorted(logs or {}))
                raise BadArgument(
                    f"the objective is {name!r}, and training reports {reported}; choose one of "
                    "these, or compile the networks with such a metric"
                )
