"""One process at a time for a search's directory; the lock of one that is killed is free again."""

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

from memnas_tf.errors import SearchError

LOCK_FILE = ".lock"
_TRIES, _PAUSE_SECONDS = 5, 0.1  # a look at the lock takes it for a moment
_held: dict[Path, int] = {}


@contextmanager
def project_lock(project: Path) -> Iterator[None]:
    """Hold a search's directory within the block, or find that this process does already.

    Args:
        project: The search's directory.

    Yields:
        Nothing.

    Raises:
        SearchError: If another process holds it.
    """
    project = project.resolve()
    if project in _held or fcntl is None:
        yield
        return
    project.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(project / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _acquire(descriptor):
            raise SearchError(
                f"another process runs the search in {str(project)!r}; wait for its end, stop it, "
                "or use another directory"
            )
        _held[project] = descriptor
        yield
    finally:
        _held.pop(project, None)
        os.close(descriptor)


def is_running(project: Path) -> bool:
    """Tell whether a process of this machine holds a search's directory.

    Args:
        project: The search's directory.

    Returns:
        Whether one does; False where that cannot be told.
    """
    if fcntl is None or not (project / LOCK_FILE).exists():
        return False
    descriptor = os.open(project / LOCK_FILE, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)


def empty_project(project: Path) -> None:
    """Delete a search, all but the lock that is held on it.

    Args:
        project: The search's directory, which need not exist.
    """
    for path in project.iterdir() if project.exists() else ():
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
