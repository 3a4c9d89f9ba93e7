"""Files and folders that are whole or not there: a kill at any moment leaves the old or the new.

What is renamed is on the disk before, and the name is when the function returns: so a power cut
takes all of it or nothing.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from memnas_tf.temporaries import is_temporary, temporary_path


def write_text(path: str | Path, text: str, keep_previous: bool = False) -> None:
    """Write a text file atomically, in UTF-8.

    Args:
        path: The file.
        text: Its content.
        keep_previous: Whether to keep what it held before, at `previous_path`.
    """
    write_bytes(path, text.encode(), keep_previous)


def write_json(path: str | Path, value: Any, keep_previous: bool = False) -> None:
    """Write a JSON file atomically.

    Args:
        path: The file.
        value: What JSON can hold.
        keep_previous: Whether to keep what it held before, at `previous_path`.
    """
    # Without indentation: with it Python leaves its fast encoder, and a search's state is long.
    write_text(path, json.dumps(value) + "\n", keep_previous)


def write_bytes(
    path: str | Path, content: bytes, keep_previous: bool = False, told: str | None = None
) -> None:
    """Write a file atomically.

    Args:
        path: The file. Folders on the way are made.
        content: Its content.
        keep_previous: Whether to keep what it held before, at `previous_path`.
        told: What its temporary name tells of it; None for the file's name, which readers must not
            look for by a part of it.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _naming(path), temporary_path(path.parent, told or path.name) as temporary:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if keep_previous and path.exists():
            _keep_previous(path)
        os.replace(temporary, path)
        sync_folder(path.parent)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Have a file written beside its place, and put it there once it is whole.

    Args:
        path: The file, in a folder that is there.

    Yields:
        Where to write it: in the same folder, with a name that ends as its own.
    """
    with _naming(path), temporary_path(path.parent, path.name) as temporary:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
        sync_folder(path.parent)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Have a folder written beside its place, and put it there once it is whole.

    Args:
        path: The folder, which is not there yet. Folders on the way are made.

    Yields:
        An empty folder to write to, under the same parent.

    Raises:
        FileExistsError: If something has appeared at its place in the meantime.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _naming(path), temporary_path(path.parent, path.name) as temporary:
        temporary.mkdir()
        yield temporary
        _sync_tree(temporary)
        try:
            os.rename(temporary, path)
        except OSError as error:
            if error.errno in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from error
            raise
        sync_folder(path.parent)


def previous_path(path: Path) -> Path:
    """Return where `write_text` keeps what a file held before."""
    return path.with_name(f"{path.name}.bak")


def sync_folder(path: Path) -> None:
    """Put the names in a folder onto the disk, where the system lets a program do so.

    Args:
        path: The folder.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except PermissionError:  # Windows, and folders that may be written and not read
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(descriptor)


def _sync_tree(folder: Path) -> None:
    for where, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(where, name), "rb") as file:
                os.fsync(file.fileno())
        sync_folder(Path(where))


def _keep_previous(path: Path) -> None:
    previous = previous_path(path)
    with temporary_path(path.parent, path.name) as temporary:
        try:
            os.link(path, temporary)
        except OSError:  # a file system without links
            shutil.copyfile(path, temporary)
        # Renaming a link to another of the same file does nothing, and then it is deleted.
        os.replace(temporary, previous)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Have errors of the system name the file that is meant."""
    try:
        yield
    except OSError as error:
        name = error.filename
        if error.errno is not None and (
            name is None or (isinstance(name, str) and is_temporary(os.path.basename(name)))
        ):
            error.filename = str(path)
        raise
