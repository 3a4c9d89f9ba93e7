"""One process at a time for a directory; the lock of one that is killed is free again."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from memnas_tf.errors import BusyError, StorageError

LOCK_FILE = ".lock"
_PATIENCE_SECONDS, _PAUSE_SECONDS = 0.5, 0.1  # a look at the lock takes it for a moment
_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}
_held: dict[Path, BaseFileLock] = {}


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
        StorageError: If its file system has no locks.
    """
    directory = directory.resolve()
    if directory in _held:
        yield
        return
    directory.mkdir(parents=True, exist_ok=True)
    lock = _lock(directory)
    try:
        lock.acquire(timeout=_PATIENCE_SECONDS, poll_interval=_PAUSE_SECONDS)
    except Timeout:
        raise BusyError(
            f"another process runs the {work} in {str(directory)!r}; wait for its end, "
            "stop it, or use another directory"
        ) from None
    except (OSError, NotImplementedError) as error:  # the latter from releases before 3.13
        if isinstance(error, OSError) and error.errno not in _NO_LOCKS:
            raise
        raise StorageError(
            f"the file system of {str(directory)!r} has no locks ({error}), which keep two "
            f"processes from one {work}; use a directory on another one, or mount it with locks"
        ) from error
    _held[directory] = lock
    try:
        yield
    finally:
        del _held[directory]
        lock.release()


def is_running(directory: Path) -> bool:
    """Tell whether a process of this machine holds a directory.

    Args:
        directory: The directory.

    Returns:
        Whether one does; False where that cannot be told.
    """
    if directory.resolve() in _held:
        return True
    if not (directory / LOCK_FILE).is_file():
        return False
    lock = _lock(directory)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except (OSError, NotImplementedError):  # a file that may be read alone, or no locks
        return False
    lock.release()
    return False


def _lock(directory: Path) -> BaseFileLock:
    # Whoever holds it may let go of it in another thread.
    return FileLock(str(directory / LOCK_FILE), thread_local=False)
