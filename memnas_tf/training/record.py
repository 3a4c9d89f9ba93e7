"""What a training leaves behind: curves and mistakes. Needs no TensorFlow."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, TypeAlias

from memnas_tf.documents import SchemaError, at_least, decode, read_document, write_document
from memnas_tf.errors import ConfigError, DocumentError

RECORD_FILE = "training.json"
RECORD_SCHEMA = 3
_Count: TypeAlias = Annotated[int, at_least(0)]


@dataclass
class LearningCurve:
    """The epochs of one execution of a trial.

    Attributes:
        epochs: Their numbers, counted from 0.
        seconds: How long each took, validation included.
        metrics: A value per epoch by the name that Keras gives it, such as "val_accuracy"; None
            where it was no number.
    """

    epochs: list[_Count] = field(default_factory=list)
    seconds: list[Annotated[float, at_least(0)]] = field(default_factory=list)
    metrics: dict[str, list[float | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a curve with values missing."""
        lengths = {len(self.seconds), *map(len, self.metrics.values())}
        if lengths != {len(self.epochs)}:
            raise ValueError(f"a curve of {len(self.epochs)} epochs has values missing")

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

    execution: _Count
    epoch: _Count
    counts: list[list[_Count]]
    names: list[str] | None = None

    def __post_init__(self) -> None:
        """Refuse what is no table of classes by classes."""
        if not self.counts or any(len(row) != len(self.counts) for row in self.counts):
            raise ValueError("the mistakes are no square of counts")
        if self.names is not None and len(self.names) != len(self.counts):
            raise ValueError(f"{len(self.names)} names of {len(self.counts)} classes")


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
    inherited_epochs: _Count = 0

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
        write_document(path, {"schema": RECORD_SCHEMA, **document})


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

    Raises:
        OSError: If the disk or the system fails.
    """
    try:
        document = read_document(path)
        if document.pop("schema", None) != RECORD_SCHEMA:
            return None
        record: TrainingRecord = decode(TrainingRecord, document)
        return record
    except (DocumentError, SchemaError):
        return None
