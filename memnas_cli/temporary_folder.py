"""A folder of its own for what a process writes into the temporary folder.

TensorFlow writes the code that it makes of a pipeline's functions there, and deletes it when the
process ends in order. Of a process that is killed the next one deletes what is left.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
from functools import cache
from pathlib import Path

_PREFIX = ".memnas-process-"
_MARK = "of-a-memnas-process"  # a folder without it is nobody's to delete


@cache
def use_own_temporary_folder() -> Path | None:
    """Have Python's `tempfile` use a folder of this process, and delete those of dead ones.

    Returns:
        The folder; None where none can be made, and the common one is used.
    """
    parent = Path(tempfile.gettempdir())
    sweep(parent)
    try:
        folder = _held_folder(parent)
    except OSError:  # a full disk, say, which will be told where it matters
        return None
    tempfile.tempdir = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def sweep(parent: Path) -> None:
    """Delete the folders of processes of this user that are dead.

    Args:
        parent: The common temporary folder.
    """
    for folder in parent.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if _is_ours(folder):
                _delete_if_free(folder)


def _held_folder(parent: Path) -> Path:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        descriptor = _open(folder)  # which stays open, and locked, as long as the process lives
        with contextlib.suppress(OSError):  # where there are no locks, nothing is swept either
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not folder.exists():  # swept in between
                os.close(descriptor)
                continue
        (folder / _MARK).touch()
        return folder


def _is_ours(folder: Path) -> bool:
    status = folder.lstat()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()


def _delete_if_free(folder: Path) -> None:
    descriptor = _open(folder)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if (folder / _MARK).exists():
            shutil.rmtree(folder, ignore_errors=True)
        else:
            folder.rmdir()  # killed before it was marked; one that is not empty stays
    finally:
        os.close(descriptor)


def _open(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
