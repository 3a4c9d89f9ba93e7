"""What becomes of a winner: models that other programs load."""

from importlib import import_module
from typing import Any

_HOMES = {"export_saved_model": "serving.saved_model", "next_version": "serving.versions"}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
