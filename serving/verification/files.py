"""The files of a SavedModel are there.

Without `variables` TensorFlow loads a SavedModel all the same, and fails at the first request.
"""

from __future__ import annotations

import re
from pathlib import Path

from serving.verification.check import CheckFailed
from serving.verification.exported_version import ExportedVersion
from serving.versions import SAVED_MODEL_FILE

_SHARD = re.compile(r"variables\.data-(\d{5})-of-(\d{5})")


def check_files(version: ExportedVersion) -> str:
    """Check that no file of a SavedModel is missing or empty."""
    for name in (SAVED_MODEL_FILE, "variables/variables.index"):
        _require(version.path / name, name)
    shards = [
        match
        for path in (version.path / "variables").iterdir()
        if (match := _SHARD.fullmatch(path.name))
    ]
    if not shards:
        raise CheckFailed("variables/variables.data-* is missing")
    for index in range(int(shards[0][2])):
        name = f"variables/variables.data-{index:05}-of-{shards[0][2]}"
        _require(version.path / name, name)
    size = sum(path.stat().st_size for path in version.path.rglob("*") if path.is_file())
    return f"{size:,} bytes"


def _require(path: Path, name: str) -> None:
    if not path.is_file():
        raise CheckFailed(f"{name} is missing")
    if not path.stat().st_size:
        raise CheckFailed(f"{name} is empty")
