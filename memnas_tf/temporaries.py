"""Names for what is not whole yet, and the sweeper of what a killed process left under them.

A name tells who writes what: `.memnas-HOST-PROCESS-RANDOM.NAME`, with the ending by which
libraries choose a format. Nothing else has such a name, so what has one may be deleted wherever it
lies, once its writer is dead.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_NAME = re.compile(r"\.memnas-([0-9a-f]{8})-(\d+)-[0-9a-f]{8}(?:\..*)?", re.DOTALL)
# Whether a process of another machine is alive cannot be seen: what it has not touched for so long
# counts as left over.
_PATIENCE_SECONDS = 7 * 24 * 3600.0
_LONGEST = 100  # bytes of NAME: a file system takes 255 in all
_live: set[str] = set()  # the names that this process writes under now
_swept: set[str] = set()


@contextlib.contextmanager
def temporary_path(folder: Path, name: str = "") -> Iterator[Path]:
    """Have a name in a folder to write something under; what is left there is deleted.

    The first name of a process in a folder deletes what dead ones left there.

    Args:
        folder: The folder, which has to be there.
        name: What is written, such as "checkpoint.weights.h5".

    Yields:
        The path, where nothing is yet.
    """
    told = "." + os.fsdecode(os.fsencode(name)[-_LONGEST:]) if name else ""
    own_name = f".memnas-{_host()}-{os.getpid()}-{secrets.token_hex(4)}{told}"
    _live.add(own_name)
    try:
        where = os.path.abspath(folder)
        if where not in _swept:
            _swept.add(where)
            sweep(folder)
        yield folder / own_name
    finally:
        _delete(folder / own_name)
        _live.discard(own_name)


def is_temporary(name: str) -> bool:
    """Tell whether a name is one of `temporary_path`, of whatever process."""
    return _NAME.fullmatch(name) is not None


def sweep(folder: Path) -> None:
    """Delete the files and folders that dead processes left half written in a folder.

    Args:
        folder: The folder, which need not exist. What lies in folders below it is not looked at.
    """
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            match = _NAME.fullmatch(name)
            if match and _is_left_over(folder / name, match[1], int(match[2])):
                _delete(folder / name)


def sweep_tree(folder: Path) -> None:
    """Do as `sweep` does, in a folder and in all below it; links are not followed.

    Args:
        folder: The folder, which need not exist.
    """
    for where, folders, _ in os.walk(folder):
        folders[:] = [name for name in folders if not is_temporary(name)]
        sweep(Path(where))


def _is_left_over(path: Path, host: str, process: int) -> bool:
    if host == _host():
        if process == os.getpid():  # or one before it that had the same number
            return path.name not in _live
        is_alive = _is_alive(process)
        if is_alive is not None:
            return not is_alive
    return time.time() - _last_change(path) > _PATIENCE_SECONDS


def _is_alive(process: int) -> bool | None:
    if os.name == "nt":  # where asking would end it
        return None
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


def _last_change(path: Path) -> float:
    times = [path.lstat().st_mtime]
    for where, folders, files in os.walk(path):
        times += [os.lstat(os.path.join(where, name)).st_mtime for name in (*folders, *files)]
    return max(times)


def _delete(path: Path) -> None:
    # What cannot be deleted now is left to the next sweep.
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


@cache
def _host() -> str:
    """Return what tells this machine, and a container on it, from others."""
    with contextlib.suppress(OSError):
        return _digest(socket.gethostname() + os.readlink("/proc/self/ns/pid"))
    return _digest(socket.gethostname())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
