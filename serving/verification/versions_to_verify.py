"""What there is to check in a directory: one version, or all versions of a model."""

from __future__ import annotations

from pathlib import Path

from memnas_tf.errors import ExportError
from serving.versions import SAVED_MODEL_FILE


def versions_to_verify(directory: str | Path) -> list[Path]:
    """Find the versions of a model.

    Args:
        directory: A model directory, or one version of it.

    Returns:
        The directories of versions, by number. A SavedModel under another name is one too, so
        that its name is reported; what a killed export left under a hidden name is not.

    Raises:
        ExportError: If there is no such directory, or no version in it.
    """
    path = Path(directory)
    if not path.is_dir():
        raise ExportError(f"{str(directory)!r} is no directory; name one that an export wrote")
    if _is_saved_model(path):
        return [path]
    children = [child for child in path.iterdir() if child.is_dir() and child.name[0] != "."]
    versions = [child for child in children if _is_version(child)]
    if versions:
        return sorted(versions, key=_order)
    if _is_version(path):
        return [path]
    raise ExportError(
        f"{str(directory)!r} holds no version of a model: no directory named by a number, and no "
        f"{SAVED_MODEL_FILE}; name a directory that an export wrote"
    )


def _is_version(path: Path) -> bool:
    return path.name.isdecimal() or _is_saved_model(path)


def _is_saved_model(path: Path) -> bool:
    return (path / SAVED_MODEL_FILE).is_file()


def _order(path: Path) -> tuple[float, str]:
    return (int(path.name) if path.name.isdecimal() else float("inf"), path.name)
