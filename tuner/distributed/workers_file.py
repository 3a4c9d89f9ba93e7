"""Who works on a search, in a file that its chief keeps up to date. Needs no TensorFlow."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from memnas_tf.documents import SchemaError, decode, read_document, write_document
from memnas_tf.errors import DocumentError

WORKERS_FILE = "workers.json"
WRITE_SECONDS = 5.0
_STALE_SECONDS = 60.0
_SCHEMA_VERSION = 2


def write_workers(project: Path, workers: Mapping[str, str | None]) -> None:
    """Write who works on what.

    Args:
        project: The search's directory.
        workers: Trials by worker; None for one that waits.
    """
    document = {"schema": _SCHEMA_VERSION, "written": time.time(), "workers": dict(workers)}
    write_document(project / WORKERS_FILE, document)


def remove_workers(project: Path) -> None:
    """Delete the file at the end of a chief."""
    (project / WORKERS_FILE).unlink(missing_ok=True)


def read_workers(project: Path) -> dict[str, str | None] | None:
    """Read who works on what.

    Args:
        project: The search's directory.

    Returns:
        Trials by worker; None if no chief has written lately.
    """
    try:
        document = read_document(project / WORKERS_FILE)
        if document.pop("schema", None) != _SCHEMA_VERSION:
            return None
        known: _Workers = decode(_Workers, document)
    except (DocumentError, SchemaError):
        return None
    return known.workers if abs(time.time() - known.written) <= _STALE_SECONDS else None


@dataclass(frozen=True)
class _Workers:
    written: float
    workers: dict[str, str | None]
