"""The versions that lie in a model directory, and whether a server can load them."""

from __future__ import annotations

from pathlib import Path

from memnas_tf.errors import ServingError
from serving.versions import SAVED_MODEL_FILE, version_folders


def complete_versions(directory: Path) -> list[int]:
    """List the versions that have all their files.

    Args:
        directory: The model directory.

    Returns:
        Their numbers, the lowest first.

    Raises:
        ServingError: If there is no such directory.
    """
    return [number for number, path in _versions(directory).items() if not _missing(path)]


def check_version(directory: Path, version: int) -> None:
    """Refuse a version that no server could answer from.

    A SavedModel without variables is loaded without an error, and fails at the first request.

    Args:
        directory: The model directory.
        version: The version's number.

    Raises:
        ServingError: If the version is not there or lacks files.
    """
    versions = _versions(directory)
    if version not in versions:
        there = ", ".join(map(str, versions)) or "none"
        raise ServingError(
            f"{str(directory)!r} has no version {version}; the versions in it: {there}"
        )
    missing = _missing(versions[version])
    if missing:
        raise ServingError(
            f"version {version} in {str(directory)!r} is incomplete: {missing} is missing; "
            "export the model again"
        )


def _versions(directory: Path) -> dict[int, Path]:
    if not directory.is_dir():
        raise ServingError(f"{str(directory)!r} is no model directory; export a model to it first")
    found = version_folders(directory).items()
    return {version: path for version, path in found if path.is_dir()}


def _missing(path: Path) -> str | None:
    for name in (SAVED_MODEL_FILE, "variables/variables.index"):
        if not (path / name).is_file():
            return name
    if not any((path / "variables").glob("variables.data-*")):
        return "variables/variables.data-*"
    return None
