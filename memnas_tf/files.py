"""Files that are whole or not there: a kill at any moment leaves the old one or the new."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def write_text(path: str | Path, text: str, keep_previous: bool = False) -> None:
    """Write a text file atomically.

    Args:
        path: The file.
        text: Its content.
        keep_previous: Whether to keep what it held before, at `previous_path`.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary_path(path)
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if keep_previous and path.exists():
            _keep_previous(path)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: str | Path, value: Any, keep_previous: bool = False) -> None:
    """Write a JSON file atomically.

    Args:
        path: The file.
        value: What JSON can hold.
        keep_previous: Whether to keep what it held before, at `previous_path`.
    """
    # Without indentation: with it Python leaves its fast encoder, and a search's state is long.
    write_text(path, json.dumps(value) + "\n", keep_previous)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Have a file written beside its place, and put it there once it is whole.

    Args:
        path: The file.

    Yields:
        Where to write it: in the same folder, with the same ending.
    """
    temporary = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def previous_path(path: Path) -> Path:
    """Return where `write_text` keeps what a file held before."""
    return path.with_name(f"{path.name}.bak")


def remove_temporaries(directory: Path, name: str) -> None:
    """Delete what writers of files that were killed left beside them.

    Args:
        directory: The directory.
        name: The name of a file in it that nobody else writes now; `*` for all.
    """
    for path in directory.glob(f".{name}.*.tmp"):
        path.unlink(missing_ok=True)


def _temporary_path(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def _keep_previous(path: Path) -> None:
    previous = previous_path(path)
    temporary = _temporary_path(previous)
    try:
        os.link(path, temporary)
    except OSError:  # a file system without links
        shutil.copyfile(path, temporary)
    os.replace(temporary, previous)
    temporary.unlink(missing_ok=True)  # renaming a link to another of the same file does nothing
