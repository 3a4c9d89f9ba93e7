"""The version's directory has a name that TF-Serving looks for."""

from __future__ import annotations

from serving.verification.check import CheckFailed
from serving.verification.exported_version import ExportedVersion


def check_version_name(version: ExportedVersion) -> str:
    """Check that a directory's name is a version number."""
    name = version.path.name
    if not (name.isascii() and name.isdecimal()):
        raise CheckFailed(
            f"{name!r} is no number; TF-Serving passes over it: rename it to the version's number"
        )
    if name != str(int(name)):
        raise CheckFailed(f"{name!r} has leading zeros; rename it to {int(name)}")
    return f"version {name}"
