"""Read files that are files: nothing that blocks, never ends, or is a directory."""

from __future__ import annotations

import errno
import os
import stat

from memnas_tf.errors import DocumentError, MissingDocumentError

LARGEST_DOCUMENT = 1 << 28  # bytes; a search of a hundred thousand trials has a fifth of it
# What is wrong with the path itself. Anything else, a failing disk say, is no fault of the file.
_NO_FILE = {errno.ELOOP, errno.ENXIO, errno.ENODEV, errno.EISDIR, errno.ENAMETOOLONG}


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
    try:
        # A FIFO would block, and a terminal become this process's own.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        raise MissingDocumentError(path, "there is no such file") from None
    except ValueError as error:  # a NUL in its name
        raise MissingDocumentError(path, str(error)) from None
    except OSError as error:
        if error.errno in _NO_FILE:
            raise DocumentError(path, str(error.strerror)) from None
        raise
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise DocumentError(path, f"it is {_kind(status.st_mode)}, not a file")
        if status.st_size > largest:
            raise DocumentError(
                path, f"it has {status.st_size:,} bytes, and no such file has over {largest:,}"
            )
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(largest)
    finally:
        os.close(descriptor)


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


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a directory"
    if stat.S_ISFIFO(mode):
        return "a pipe"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device"
