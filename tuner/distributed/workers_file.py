"""Who works on a search, in a file that its chief keeps up to date. Needs no TensorFlow."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path

from memnas_tf.files import write_json

WORKERS_FILE = "workers.json"
WRITE_SECONDS = 5.0
_STALE_SECONDS = 60.0
_SCHEMA_VERSION = 1


def write_workers(project: Path, workers: Mapping[str, str | None]) -> None:
    """Write who works on what.

    Args:
        project: The search's directory.
        workers: Trials by worker; None for one that waits.
    """
    document = {"schema": _SCHEMA_VERSION, "written": time.time(), "workers": dict(workers)}
    write_json(project / WORKERS_FILE, document)


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
        document = json.loads((project / WORKERS_FILE).read_text(encoding="utf-8"))
        if document["schema"] != _SCHEMA_VERSION:
            return None
        if abs(time.time() - document["written"]) > _STALE_SECONDS:
            return None
        return dict(document["workers"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
