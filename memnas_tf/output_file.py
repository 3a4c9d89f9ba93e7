"""Files that a user names to be written: replaced only where this program wrote what is there."""

from __future__ import annotations

import os
from pathlib import Path

from memnas_tf.errors import ConfigError

PROGRAM = "memnas-tf"
PAGE_MARK = f'<meta name="generator" content="{PROGRAM}">'
# As Matplotlib writes a picture's metadata into PNG and SVG.
_MARKS = (PAGE_MARK.encode(), f"Software\0{PROGRAM}".encode(), f"<dc:title>{PROGRAM}<".encode())
_HEAD_BYTES = 65536  # marks lie near the beginning


def check_replaceable(path: str | os.PathLike[str]) -> None:
    """Refuse to write over what somebody else made.

    Args:
        path: The file that is to be written, which need not exist.

    Raises:
        ConfigError: If it is a folder, or a file without the mark of this program.
    """
    path = Path(path)
    if path.is_dir():
        raise ConfigError(f"cannot write to {str(path)!r}: it is a folder; name a file in it")
    if path.is_file():
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        if any(mark in head for mark in _MARKS):
            return
    if os.path.lexists(path):
        raise ConfigError(
            f"{str(path)!r} is there already, and this program did not write it; name another "
            "file, or move that one away"
        )
