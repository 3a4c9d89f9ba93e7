"""Pictures of networks: a layout that is plain arithmetic, and matplotlib to paint it."""

from importlib import import_module
from typing import Any

# Imported when first used, as each needs matplotlib and its own layout.
_HOMES = {
    "draw_genotype": "memnas_tf.drawing.draw",
    "draw_lifetimes": "memnas_tf.drawing.lifetime_plot",
}

__all__ = ["draw_genotype", "draw_lifetimes"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
