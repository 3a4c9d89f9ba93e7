"""What a person sees while a network trains: a line per epoch, and on a terminal a bar as well."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import keras

from memnas_cli.views.bars import make_bars
from memnas_cli.views.terminal import Console
from memnas_tf.interrupts import Interrupts
from tuner.timing import format_seconds


class EpochProgress(keras.callbacks.Callback):
    """Print the course of a training.

    Args:
        console: Where to print.
        interrupts: Where Ctrl-C is noted down.
        epochs: The number of epochs.
        steps: The number of training steps of an epoch.
    """

    def __init__(self, console: Console, interrupts: Interrupts, epochs: int, steps: int) -> None:
        super().__init__()
        self._console = console
        self._interrupts = interrupts
        self._epochs = epochs
        self._steps = steps
        self._bars = make_bars(console)
        self._task = self._bars.add_task("training", total=epochs * steps, state="starting")
        self._done = 0
        self._epoch_began = 0.0
        # When the first step of this process had ended, which takes as long as many, and its number
        self._first: tuple[float, int] | None = None

    def __enter__(self) -> EpochProgress:
        if self._console.is_interactive:
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._console.is_interactive:  # or it would print an empty line
            self._bars.stop()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Say where a training that was cut off goes on."""
        self._epoch_began = time.monotonic()
        if epoch and not self._done:
            self._say(f"going on after epoch {epoch} of {self._epochs}")
        self._done = epoch * self._steps
        self._show(epoch)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Advance the bar; stop here if Ctrl-C was pressed."""
        self._done += 1
        if self._first is None:
            self._first = (time.monotonic(), self._done)
        self._show((self._done - 1) // self._steps)
        self._interrupts.check()

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """Stop here if Ctrl-C was pressed."""
        self._interrupts.check()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Print the epoch's line."""
        took = format_seconds(time.monotonic() - self._epoch_began)
        number = f"{epoch + 1:{len(str(self._epochs))}d}"
        self._say(f"epoch {number} of {self._epochs}  {_measured(logs or {})}  {took}")

    def _say(self, line: str) -> None:
        self._console.say(line)

    def _show(self, epoch: int) -> None:
        state = f"epoch {epoch + 1} of {self._epochs}"
        left = self._seconds_left()
        if left is not None:
            state += f", {format_seconds(left)} left"
        self._bars.update(self._task, completed=self._done, state=state)

    def _seconds_left(self) -> float | None:
        if self._first is None or self._done <= self._first[1]:
            return None
        began, first = self._first
        per_step = (time.monotonic() - began) / (self._done - first)
        return per_step * (self._epochs * self._steps - self._done)


def _measured(logs: Mapping[str, float]) -> str:
    text = f"loss {logs['loss']:.4f}  accuracy {100 * logs['accuracy']:5.1f} %"
    if "val_accuracy" in logs:
        text += f"  validation {100 * logs['val_accuracy']:5.1f} %"
    return text
