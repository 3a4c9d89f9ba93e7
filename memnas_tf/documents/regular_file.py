"""Read files that are files: nothing that blocks, never ends, or is a directory."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from memnas_tf.errors import DocumentError, MissingDocumentError

# A FIFO would block, and a terminal become this process's own. Not all systems have all of them.
_NAMES = ("O_RDONLY", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY")
_FLAGS = sum(getattr(os, name, 0) for name in _NAMES)
LARGEST_DOCUMENT = 1 << 28  # bytes; a search of a hundred thousand trials has a fifth of it
# What is wrong with the path itself. Anything else, a failing disk say, is no fault of the file.
_NO_FILE = {errno.ELOOP, errno.ENXIO, errno.ENODEV, errno.EISDIR}


def read_bytes(path: str | os.PathLike[str], largest: int = LARGEST_DOCUMENT) -> bytes:
    """Read a regular file.

    Args:
        path: The file.
        largest: The most that it may hold, in bytes.

    Returns:
        Its content.

    Raises:
        MissingDocumentError: If there is no such file.
        DocumentError: If it is no regular file, or too large.
        OSError: If the disk or the system fails.
    """
    with _opened(path) as descriptor:
        size = os.fstat(descriptor).st_size
        if size > largest:
            raise DocumentError(
                path, f"it has {size:,} bytes, and no such file has over {largest:,}"
            )
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(largest)


def read_text(path: str | os.PathLike[str]) -> str:
    """Read a regular file of text in UTF-8.

    Args:
        path: The file.

    Returns:
        Its text.

    Raises:
        MissingDocumentError: If there is no such file.
        DocumentError: If it is no regular file, too large, or no such text.
        OSError: If the disk or the system fails.
    """
    try:
        return read_bytes(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(path, f"it is not text in UTF-8 ({error.reason})") from error


def check_regular(path: str | os.PathLike[str]) -> None:
    """Refuse what is no regular file, before a library opens it and waits for ever.

    Args:
        path: The file.

    Raises:
        MissingDocumentError: If there is no such file.
        DocumentError: If it is no regular file.
        OSError: If the disk or the system fails.
    """
    with _opened(path):
        pass


@contextmanager
def _opened(path: str | os.PathLike[str]) -> Iterator[int]:
    try:
        descriptor = os.open(path, _FLAGS)
    except (FileNotFoundError, NotADirectoryError):
        raise MissingDocumentError(path, "there is no such file") from None
    except ValueError as error:  # a NUL in its name
        raise MissingDocumentError(path, str(error)) from None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:  # a compact string, say
            raise MissingDocumentError(path, str(error.strerror)) from None
        if error.errno in _NO_FILE:
            raise DocumentError(path, str(error.strerror)) from None
        raise
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise DocumentError(path, f"it is {_kind(mode)}, not a file")
        yield descriptor
    finally:
        os.close(descriptor)


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a directory"
    if stat.S_ISFIFO(mode):
        return "a pipe"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device"
