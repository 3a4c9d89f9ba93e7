"""What a training leaves behind: curves and mistakes. Needs no TensorFlow."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from memnas_tf.errors import ConfigError
from memnas_tf.files import write_json

RECORD_FILE = "training.json"
RECORD_SCHEMA = 2
_UNREADABLE = (
    *(OSError, AttributeError, KeyError, TypeError, ValueError),
    *(OverflowError, RecursionError),
)


@dataclass
class LearningCurve:
    """The epochs of one execution of a trial.

    Attributes:
        epochs: Their numbers, counted from 0.
        seconds: How long each took, validation included.
        metrics: A value per epoch by the name that Keras gives it, such as "val_accuracy"; None
            where it was no number.
    """

    epochs: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    metrics: dict[str, list[float | None]] = field(default_factory=dict)

    def cut(self, epoch: int) -> None:
        """Forget an epoch and those after it, as training goes on with it."""
        kept = sum(number < epoch for number in self.epochs)
        del self.epochs[kept:], self.seconds[kept:]
        for values in self.metrics.values():
            del values[kept:]

    def add(self, epoch: int, seconds: float, logs: Mapping[str, float]) -> None:
        """Add an epoch to the end."""
        before = len(self.epochs)
        self.epochs.append(epoch)
        self.seconds.append(round(seconds, 3))
        for name in logs:
            self.metrics.setdefault(name, [None] * before)
        for name, values in self.metrics.items():
            value = float(logs.get(name, math.nan))
            values.append(value if math.isfinite(value) else None)


@dataclass(frozen=True)
class Confusion:
    """Which class the validation images of each class were taken for.

    Attributes:
        execution: Which execution's weights were asked, counted from 0.
        epoch: Of which epoch, counted from 0: the trial's best.
        counts: Images, by their class and then by the class they were taken for.
        names: The name of each class; None where they have none.
    """

    execution: int
    epoch: int
    counts: list[list[int]]
    names: list[str] | None = None


@dataclass
class TrainingRecord:
    """What a trial, or a training by itself, leaves behind.

    Attributes:
        executions: The curve of each execution.
        confusion: Its mistakes; None before its end, and where the labels cannot be read.
        base: The trial whose weights it started from; None from scratch.
        inherited_epochs: The epochs behind those weights: of that trial and its own bases.
    """

    executions: list[LearningCurve] = field(default_factory=list)
    confusion: Confusion | None = None
    base: str | None = None
    inherited_epochs: int = 0

    @property
    def cumulative_epochs(self) -> int:
        """The epochs behind the trial's weights: its own, of one execution, and its bases'."""
        return self.inherited_epochs + max((len(c.epochs) for c in self.executions), default=0)

    @property
    def epochs(self) -> int:
        """The number of epochs that were trained, in all executions."""
        return sum(len(curve.epochs) for curve in self.executions)

    def best_epoch(
        self, quality_of: Callable[[Mapping[str, float | None]], float | None]
    ) -> tuple[int, int] | None:
        """Find the epoch whose weights a trial keeps.

        Args:
            quality_of: Makes a number of an epoch's metrics, of which more is better; None where
                they do not tell it.

        Returns:
            The execution and the number of the epoch, of equals the first; the last epoch where
            none has a quality; None before the first.
        """
        best, last = None, None
        for number, curve in enumerate(self.executions):
            for position, epoch in enumerate(curve.epochs):
                last = (number, epoch)
                quality = quality_of({name: v[position] for name, v in curve.metrics.items()})
                if quality is not None and (best is None or quality > best[0]):
                    best = (quality, last)
        return last if best is None else best[1]

    def save(self, path: Path) -> None:
        """Write the record atomically.

        Args:
            path: The file.
        """
        confusion = None if self.confusion is None else vars(self.confusion)
        curves = [vars(curve) for curve in self.executions]
        document = {**vars(self), "executions": curves, "confusion": confusion}
        write_json(path, {"schema": RECORD_SCHEMA, **document})


def check_class_names(names: Sequence[str] | None, classes: int) -> tuple[str, ...] | None:
    """Refuse names that are not one for each class.

    Args:
        names: The name of each class, or None.
        classes: The number of classes.

    Returns:
        The names.

    Raises:
        ConfigError: If they are not as many as the classes.
    """
    if names is None:
        return None
    if isinstance(names, str) or len(names) != classes:
        raise ConfigError(f"class_names is {names!r}; it must be a list of {classes} names")
    return tuple(map(str, names))


def load_record(path: Path) -> TrainingRecord | None:
    """Read what `TrainingRecord.save` wrote; whoever wrote it is not trusted.

    Args:
        path: The file.

    Returns:
        The record; None if there is none, or none that can be read.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["schema"] != RECORD_SCHEMA:
            return None
        curves = [_curve(entry) for entry in document["executions"]]
        return TrainingRecord(
            curves,
            _confusion(document["confusion"]),
            None if document["base"] is None else str(document["base"]),
            int(document["inherited_epochs"]),
        )
    except _UNREADABLE:
        return None


def _curve(entry: Mapping[str, Any]) -> LearningCurve:
    epochs = [int(epoch) for epoch in entry["epochs"]]
    seconds = [float(value) for value in entry["seconds"]]
    metrics = {
        str(name): [None if value is None else float(value) for value in values]
        for name, values in entry["metrics"].items()
    }
    if {len(seconds), *map(len, metrics.values())} != {len(epochs)}:
        raise ValueError("a curve with values missing")
    return LearningCurve(epochs, seconds, metrics)


def _confusion(entry: Mapping[str, Any] | None) -> Confusion | None:
    if entry is None:
        return None
    counts = [[int(count) for count in row] for row in entry["counts"]]
    if not counts or any(len(row) != len(counts) or min(row) < 0 for row in counts):
        raise ValueError("no square of counts")
    names = entry.get("names")
    if names is not None and len(names := [str(name) for name in names]) != len(counts):
        raise ValueError("not as many names as classes")
    return Confusion(int(entry["execution"]), int(entry["epoch"]), counts, names)
