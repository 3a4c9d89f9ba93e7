"""A folder as a kill would leave it, at every instant between two changes to its files.

What a killed process has not written is lost, and what it has written stays. So a copy made just
before a change is what a kill at that instant would leave.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.truncate"}
_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_watch: Callable[[], None] | None = None
_folder = ""
_is_hooked = False


@contextmanager
def before_every_change(folder: Path, do: Callable[[], None]) -> Iterator[None]:
    """Do something before every file below a folder is opened to be written, renamed or deleted.

    Args:
        folder: The folder.
        do: What to do.
    """
    global _watch, _folder, _is_hooked
    if not _is_hooked:  # for good: a hook cannot be removed
        sys.addaudithook(_hook)
        _is_hooked = True
    _watch, _folder = do, os.path.realpath(folder) + os.sep
    try:
        yield
    finally:
        _watch = None


@contextmanager
def copied_before_every_change(folder: Path, copies: Path) -> Iterator[list[Path]]:
    """Copy a folder before every change to what is in it.

    Args:
        folder: The folder.
        copies: Where the copies go.

    Yields:
        The copies so far.
    """
    made: list[Path] = []

    def copy() -> None:
        made.append(copies / f"{len(made):03d}" / folder.name)
        shutil.copytree(folder, made[-1], symlinks=True)

    with before_every_change(folder, copy):
        yield made


def _hook(event: str, arguments: tuple) -> None:
    global _watch
    if _watch is None or not (event in _CHANGES or _is_write(event, arguments)):
        return
    paths = [one for one in arguments[:2] if isinstance(one, str | bytes | os.PathLike)]
    if any(os.path.abspath(os.fsdecode(path)).startswith(_folder) for path in paths):
        do, _watch = _watch, None  # what is done itself is not watched
        try:
            do()
        finally:
            _watch = do


def _is_write(event: str, arguments: tuple) -> bool:
    return event == "open" and bool(arguments[2] & _TO_WRITE)
