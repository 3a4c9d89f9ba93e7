"""One process at a time for a directory; the lock of one that is killed is free again."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where nothing refuses a second process
    fcntl = None  # type: ignore[assignment]

from memnas_tf.errors import BusyError

LOCK_FILE = ".lock"
_TRIES, _PAUSE_SECONDS = 5, 0.1  # a look at the lock takes it for a moment
_held: dict[Path, int] = {}


@contextmanager
def directory_lock(directory: Path, work: str) -> Iterator[None]:
    """Hold a directory within the block, or find that this process does already.

    Args:
        directory: The directory, which is made if it is not there.
        work: What is done in it, for people, such as "search".

    Yields:
        Nothing.

    Raises:
        BusyError: If another process holds it.
    """
    directory = directory.resolve()
    if directory in _held or fcntl is None:
        yield
        return
    directory.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(directory / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _acquire(descriptor):
            raise BusyError(
                f"another process runs the {work} in {str(directory)!r}; wait for its end, "
                "stop it, or use another directory"
            )
        _held[directory] = descriptor
        yield
    finally:
        _held.pop(directory, None)
        os.close(descriptor)


def is_running(directory: Path) -> bool:
    """Tell whether a process of this machine holds a directory.

    Args:
        directory: The directory.

    Returns:
        Whether one does; False where that cannot be told.
    """
    if fcntl is None or not (directory / LOCK_FILE).exists():
        return False
    descriptor = os.open(directory / LOCK_FILE, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)


def empty_directory(directory: Path) -> None:
    """Delete what is in a directory, all but the lock that is held on it.

    Args:
        directory: The directory, which need not exist.
    """
    for path in directory.iterdir() if directory.exists() else ():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != LOCK_FILE:
            path.unlink()


def _acquire(descriptor: int) -> bool:
    for _ in range(_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            time.sleep(_PAUSE_SECONDS)
    return False
