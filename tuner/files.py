"""Files that are whole or not there: a kill at any moment leaves the old one or the new."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def write_text(path: str | Path, text: str) -> None:
    """Write a text file atomically.

    Args:
        path: The file.
        text: Its content.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: str | Path, value: Any) -> None:
    """Write a JSON file atomically.

    Args:
        path: The file.
        value: What JSON can hold.
    """
    write_text(path, json.dumps(value, indent=1) + "\n")
