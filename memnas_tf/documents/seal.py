"""A checksum at the end of a file whose own format has none, and whose readers look past it.

HDF5 knows where it ends, so that Keras reads a sealed file of weights as any other.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from memnas_tf.documents.regular_file import read_bytes
from memnas_tf.errors import DocumentError

_MARK = b"\nsha256:"
_LENGTH = len(_MARK) + hashlib.sha256().digest_size * 2
_LARGEST = 1 << 34  # bytes


def seal(path: Path) -> None:
    """Add the checksum of a file to its end.

    Args:
        path: The file, which nobody reads yet.
    """
    content = path.read_bytes()
    with path.open("ab") as file:
        file.write(_seal_of(content))


def check_seal(path: Path) -> None:
    """Refuse a file that is not as it was sealed.

    Args:
        path: The file.

    Raises:
        MissingDocumentError: If there is no such file.
        DocumentError: If it is damaged, or was changed since.
        OSError: If the disk or the system fails.
    """
    content = memoryview(read_bytes(path, _LARGEST))
    if bytes(content[-_LENGTH:]) != _seal_of(content[:-_LENGTH]):
        raise DocumentError(path, "it is damaged: its checksum is another")


def _seal_of(content: bytes | memoryview) -> bytes:
    return _MARK + hashlib.sha256(content).hexdigest().encode()
