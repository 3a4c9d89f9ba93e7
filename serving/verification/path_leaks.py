"""No file tells the paths of the machine that wrote it."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from serving.verification.check import CheckFailed
from serving.verification.exported_version import ExportedVersion

# Folders that only a machine has, where a path begins: not within a name such as block/home/x.
_FOLDERS = rb"(?<![\w.)\]/-])/(?:home|Users|root|tmp|var/folders|private/var|mnt|opt|srv|workspace)"
_PATH = re.compile(_FOLDERS + rb"/[\w.@-][\w.@/ -]*|[A-Z]:\\\\?(?:Users|Windows)\\[\w.\\-]*")
_SHOWN = 80


def check_path_leaks(version: ExportedVersion) -> str:
    """Look for absolute paths in every file."""
    own_paths = _own_paths(version.path)
    files = sorted(path for path in version.path.rglob("*") if path.is_file())
    for file in files:
        content = file.read_bytes()
        found = _PATH.search(content)
        leak = (
            found.group() if found else next((path for path in own_paths if path in content), None)
        )
        if leak:
            name = file.relative_to(version.path).as_posix()
            raise CheckFailed(f"{name} tells the path {leak[:_SHOWN].decode(errors='replace')}")
    return f"{len(files)} files"


def _own_paths(path: Path) -> list[bytes]:
    """Return folders of this machine, whatever they are named."""
    folders = {Path.cwd(), Path.home(), Path(tempfile.gettempdir()), Path(sys.prefix)}
    folders.add(path.absolute().parent)
    long_enough = (str(folder) for folder in folders if len(folder.parts) > 2)
    return [folder.encode() for folder in long_enough]
