"""Versions of an exported model, as TF-Serving looks for them: directories named by a number.

A server may look at any moment, so a version is written under a name that is no number and
renamed when it is whole. No version is ever written over.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from memnas_tf.data.apart import holds_images
from memnas_tf.errors import ExportError
from memnas_tf.files import whole_folder

SAVED_MODEL_FILE = "saved_model.pb"  # of a version that a server loads


def version_folders(directory: str | Path) -> dict[int, Path]:
    """Find the versions in a model directory.

    Args:
        directory: The model directory, which need not exist.

    Returns:
        What is named by a number, by that number, the lowest first.
    """
    path = Path(directory)
    children = path.iterdir() if path.is_dir() else ()
    return dict(sorted((int(child.name), child) for child in children if child.name.isdecimal()))


def next_version(directory: str | Path) -> int:
    """Return the number after the highest version in a model directory.

    Args:
        directory: The model directory, which need not exist.

    Returns:
        The number, 1 for the first version.
    """
    return 1 + max(version_folders(directory), default=0)


@contextmanager
def publish(directory: str | Path, version: int) -> Iterator[Path]:
    """Publish a version: all of it, or none.

    Args:
        directory: The model directory; it is made if it is missing.
        version: The version's number, at least 1.

    Yields:
        An empty directory to write the version to. It becomes the version when the block ends
        without an error.

    Raises:
        ExportError: If the number is none, the version exists, or the directory is a file or
            holds images.
    """
    if version < 1:
        raise ExportError(f"version is {version}; it must be at least 1")
    path = Path(directory)
    target = path / str(version)
    if target.exists():
        raise ExportError(
            f"{str(target)!r} exists already; export another version than {version}, "
            f"such as {next_version(path)}"
        )
    if path.exists() and not path.is_dir():
        raise ExportError(f"{str(path)!r} is a file; name a directory to export to")
    if holds_images(path):
        raise ExportError(
            f"{str(path)!r} holds images, and a version among them would be taken for a class; "
            "name another directory to export to"
        )
    try:
        with whole_folder(target) as temporary:
            yield temporary
    except FileExistsError as error:
        if error.filename != str(target):
            raise
        raise ExportError(
            f"{str(target)!r} has appeared in the meantime and is left alone; export again"
        ) from error
