"""What becomes of a trained network: models that other programs load."""

from importlib import import_module
from typing import Any

_HOMES = {
    "TrainingFacts": "memnas_tf.training.facts",
    "export_saved_model": "serving.saved_model",
    "fold_batch_norm": "serving.folding",
    "next_version": "serving.versions",
    "verify_version": "serving.verification",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
