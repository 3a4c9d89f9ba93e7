"""JSON documents that tell whether they are as they were written.

A document is a JSON object that any tool reads. Its first key holds a checksum of all others, over
their content: a tool that lays it out anew changes nothing.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from memnas_tf.documents.json_text import read_json
from memnas_tf.errors import DocumentError, MissingDocumentError
from memnas_tf.files import previous_path, write_text

CHECKSUM = "checksum"
_LOGGER = logging.getLogger(__name__)
_T = TypeVar("_T")


def write_document(
    path: str | Path,
    content: Mapping[str, Any],
    keep_previous: bool = False,
    indent: int | None = None,
) -> None:
    """Write a document atomically, with its checksum.

    Args:
        path: The file.
        content: What JSON can hold, by keys that are text.
        keep_previous: Whether to keep what it held before, for `read_or_previous`.
        indent: How far to indent it for people. Without, Python's encoder is fast, and a search's
            state is long.

    Raises:
        ValueError: If a number in it is none.
    """
    text = json.dumps({CHECKSUM: checksum(content), **content}, indent=indent, allow_nan=False)
    write_text(path, text + "\n", keep_previous)


def read_document(path: str | Path) -> dict[str, Any]:
    """Read what `write_document` wrote.

    Args:
        path: The file.

    Returns:
        The content.

    Raises:
        MissingDocumentError: If there is no such file.
        DocumentError: If it is damaged, or was changed since.
        OSError: If the disk or the system fails.
    """
    content = read_json(path)
    if not isinstance(content, dict):
        raise DocumentError(path, "it holds no JSON object")
    try:
        return verified(content)
    except ValueError as error:
        raise DocumentError(path, str(error)) from error


def verified(document: Mapping[str, Any]) -> dict[str, Any]:
    """Check a document's checksum.

    Args:
        document: The document.

    Returns:
        Its content without the checksum.

    Raises:
        ValueError: If it has none, or another content than it was written with.
    """
    content = {key: value for key, value in document.items() if key != CHECKSUM}
    if CHECKSUM not in document:
        raise ValueError("it has no checksum: it is cut, or of another version")
    if document[CHECKSUM] != checksum(content):
        raise ValueError("it was changed since it was written: its checksum is another")
    return content


def read_or_previous(path: Path, read: Callable[[Path], _T]) -> _T:
    """Read a document, or where it is damaged what it held before.

    Args:
        path: The file, written with `keep_previous`.
        read: Reads it; raises DocumentError where it is damaged.

    Returns:
        What `read` returns.

    Raises:
        MissingDocumentError: If there is neither.
        DocumentError: If neither can be used.
    """
    try:
        return read(path)
    except DocumentError as error:
        previous = previous_path(path)
        try:
            value = read(previous)
        except MissingDocumentError:
            raise error from None
        except DocumentError:
            raise DocumentError(path, f"{error.reason}; and so is {previous.name}") from error
        _LOGGER.warning("%s; going on from %s, one step before", error, previous.name)
        return value


def checksum(content: Mapping[str, Any]) -> str:
    """Return the checksum of a document's content, whatever the order of its keys."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
