"""Where labels were before: what a rollback goes back to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated, TypeAlias

from memnas_tf.documents import (
    at_least,
    decode,
    read_document,
    read_or_previous,
    write_document,
)
from memnas_tf.errors import DocumentError, MissingDocumentError, ServingError

HISTORY_FILE = "label_history.json"
_SCHEMA = 1
_Version: TypeAlias = Annotated[int, at_least(1)]

# For each label the versions that it was on before, the latest of them last.
History = dict[str, list[int]]


def version_before(past: Sequence[int], current: int, there: Collection[int]) -> int | None:
    """Find the version that a label would go back to.

    Args:
        past: The versions that it was on before, the latest of them last.
        current: The version that it is on.
        there: The versions that can be loaded.

    Returns:
        The version; None if none of them is left.
    """
    left = [version for version in past if version != current and version in there]
    return left[-1] if left else None


def forget_from(history: History, label: str, version: int) -> None:
    """Forget what came since a label was last on a version, which it goes back to.

    Args:
        history: The history, which is changed.
        label: The label.
        version: The version; one that the label was never on leaves nothing to go back to.
    """
    past = history.get(label, [])
    last = max((i for i, entry in enumerate(past) if entry == version), default=0)
    del past[last:]


def read_history(folder: Path) -> History:
    """Read where labels were before.

    Args:
        folder: The folder of `models.config`.

    Returns:
        The versions of each label; nothing if there is no history.

    Raises:
        ServingError: If the file is damaged.
    """
    path = folder / HISTORY_FILE
    try:
        return read_or_previous(path, _read)
    except MissingDocumentError:
        return {}
    except (DocumentError, OSError) as error:
        raise ServingError(
            f"{error}; delete it, and a rollback goes to the next lower version"
        ) from error


def _read(path: Path) -> History:
    content = read_document(path)
    if content.pop("schema", None) != _SCHEMA:
        raise DocumentError(path, "it is of another version")
    try:
        labels: History = decode(dict[str, list[_Version]], content.get("labels"))
    except ValueError as error:
        raise DocumentError(path, f"its labels: {error}") from error
    return labels


def write_history(folder: Path, history: History) -> None:
    """Write where labels were before.

    Args:
        folder: The folder of `models.config`.
        history: The versions of each label.
    """
    kept = {label: past for label, past in sorted(history.items()) if past}
    content = {"schema": _SCHEMA, "labels": kept}
    write_document(folder / HISTORY_FILE, content, keep_previous=True, indent=1)
