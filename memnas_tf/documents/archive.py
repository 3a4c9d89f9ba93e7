"""Zip archives, which carry a checksum of each of their files."""

from __future__ import annotations

import io
import os
import zipfile

from memnas_tf.documents.regular_file import read_bytes
from memnas_tf.errors import DocumentError

_LARGEST = 1 << 34  # bytes


def check_archive(path: str | os.PathLike[str]) -> None:
    """Refuse a zip archive, such as a `.keras` file, that is cut or damaged.

    Args:
        path: The file.

    Raises:
        MissingDocumentError: If there is no such file.
        DocumentError: If it is none, or a file in it is not as it was written.
        OSError: If the disk or the system fails.
    """
    content = io.BytesIO(read_bytes(path, _LARGEST))
    try:
        with zipfile.ZipFile(content) as archive:
            damaged = archive.testzip()
    except MemoryError:
        raise
    except Exception as error:  # of bytes in memory, zipfile raises what it likes
        raise DocumentError(path, f"it is damaged ({error})") from error
    if damaged is not None:
        raise DocumentError(path, f"it is damaged: {damaged!r} in it is not as it was written")
