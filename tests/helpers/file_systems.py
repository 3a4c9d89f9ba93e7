"""File systems of their own for a test: small ones, and ones that can only be read."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """Mount a file system in memory on a folder; skip the test where that is not allowed.

    Args:
        folder: The folder, which is made.
        options: Of mount, such as "size=64k".
    """
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a file system can be mounted by root alone")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)


def only_read(folder: Path) -> None:
    """Let a file system that is mounted on a folder be read alone."""
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True, capture_output=True)
