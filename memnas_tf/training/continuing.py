"""Training that goes on where it was cut off: the history, and the data of a later epoch."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from memnas_tf.training.progress import TrainingProgress

_LOGGER = logging.getLogger(__name__)

# What EarlyStopping, ReduceLROnPlateau, ModelCheckpoint and BestWeights go by.
_COUNTERS = (
    "best",
    "best_epoch",
    "best_value",
    "cooldown_counter",
    "epochs_since_last_save",
    "stopped_epoch",
    "wait",
)


class KeptHistory(keras.callbacks.History):
    """A training history that outlives its process, with all that the next epoch depends on.

    Goes last among the callbacks: what they did in an epoch is kept with it, or done again.

    Args:
        path: Where to keep it.
        progress: The state to go on from.
        others: The callbacks before this one.
    """

    def __init__(
        self, path: Path, progress: TrainingProgress, others: Sequence[keras.callbacks.Callback]
    ) -> None:
        super().__init__()
        self._path = path
        self._progress = progress
        self._others = list(others)

    def on_train_begin(self, logs: Any = None) -> None:
        """Take up the epochs that are over, after the other callbacks have started anew."""
        super().on_train_begin(logs)
        self.epoch = list(self._progress.epochs)
        self.history = {name: list(values) for name, values in self._progress.history.items()}
        if self.epoch:
            for callback, counters in zip(self._others, self._progress.callbacks, strict=False):
                vars(callback).update(
                    {name: counters[name] for name in _COUNTERS if name in counters}
                )

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Keep the epoch."""
        super().on_epoch_end(epoch, logs)
        progress = self._progress
        progress.epochs, progress.history = self.epoch, self.history
        progress.stopped = bool(self.model.stop_training)
        progress.callbacks = [_counters(callback) for callback in self._others]
        progress.take_from(self.model)
        progress.save(self._path)


def continue_fit(
    model: keras.Model,
    progress: TrainingProgress,
    path: Path,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Prepare a model, and the arguments of its `fit`, to go on and to be gone on with.

    Where the data cannot say what a later epoch gets, or the model is built by `fit` itself, they
    stay as they are, and the training that is cut off starts anew.

    Args:
        model: A compiled model with its initial weights.
        progress: The state to go on from; without epochs, to start from.
        path: Where to keep it.
        args: Positional arguments of `keras.Model.fit`.
        kwargs: Its other arguments, with a list of callbacks.

    Returns:
        The arguments.
    """
    built = model.built and getattr(model.optimizer, "built", False)
    if not built or fit_from_epoch(1, args, kwargs) is None:
        return args, kwargs
    if progress.epochs and not progress.give_to(model):
        _LOGGER.warning("%s does not fit the network; training it from the start", path)
        progress = TrainingProgress(progress.seed, progress.results)
    if progress.epochs:
        _LOGGER.info("going on after %d epochs, from %s", progress.next_epoch, path)
        epoch = kwargs.get("epochs", 1) if progress.stopped else progress.next_epoch
        args, kwargs = fit_from_epoch(epoch, args, kwargs) or (args, kwargs)
    callbacks = kwargs["callbacks"]
    return args, {**kwargs, "callbacks": [*callbacks, KeptHistory(path, progress, callbacks)]}


def fit_from_epoch(
    epoch: int, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    """Change the arguments of `fit` so that training begins with a later epoch.

    Args:
        epoch: The epoch, counted from 0.
        args: Positional arguments of `keras.Model.fit`.
        kwargs: Its other arguments.

    Returns:
        The arguments; None if the data cannot tell what that epoch would have got, as a generator
        cannot, and arrays that Keras shuffles.
    """
    data = _data_from_epoch(epoch, args[0] if args else kwargs.get("x"), kwargs)
    if data is None:
        return None
    kwargs = {**kwargs, "initial_epoch": epoch}
    if args:
        return (data, *args[1:]), kwargs
    return args, {**kwargs, "x": data}


def _data_from_epoch(epoch: int, data: Any, kwargs: dict[str, Any]) -> Any:
    first, steps = kwargs.get("initial_epoch", 0), kwargs.get("steps_per_epoch")
    if hasattr(data, "from_epoch"):
        return data.from_epoch(epoch - first)
    if hasattr(data, "element_spec") and hasattr(data, "skip"):  # any other tf.data.Dataset
        return data.skip((epoch - first) * steps) if steps else data
    if hasattr(data, "shape") and not kwargs.get("shuffle", True) and not steps:
        return data
    return None


def _counters(callback: keras.callbacks.Callback) -> dict[str, float]:
    """Return what a callback counts and remembers, such as the patience that is left."""
    counters = {}
    for name in _COUNTERS:
        value = getattr(callback, name, None)
        if isinstance(value, int | float | np.number):
            counters[name] = float(value)
    return counters
