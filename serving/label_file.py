"""`labels.txt`: the names of classes, one a line, as every export writes them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from memnas_tf.data.class_names import fault_of_names
from memnas_tf.errors import ExportError

LABELS_FILE = "labels.txt"


def check_labels(labels: Sequence[str]) -> None:
    """Refuse names of classes that are not one line each, or not different ones.

    Args:
        labels: Name of each class.

    Raises:
        ExportError: If they are not.
    """
    fault = fault_of_names(labels)
    if fault is not None:
        raise ExportError(f"{fault}; {LABELS_FILE} has a line for each class: rename it")


def write_labels(path: Path, labels: Sequence[str]) -> None:
    """Write names of classes.

    Args:
        path: The file.
        labels: Name of each class; line i is class i.

    Raises:
        ExportError: As `check_labels`.
    """
    check_labels(labels)
    text = "".join(f"{label}\n" for label in labels)
    path.write_text(text, encoding="utf-8", newline="\n")


def read_labels(text: str) -> tuple[str, ...]:
    """Read what `write_labels` wrote.

    Args:
        text: The file's text.

    Returns:
        Name of each class.
    """
    return tuple(text.removesuffix("\n").split("\n"))
