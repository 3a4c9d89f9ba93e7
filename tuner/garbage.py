"""Garbage collection between trials, which would look through TensorFlow each time."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def garbage_set_aside() -> Iterator[None]:
    """Keep what is there out of garbage collection, which KerasTuner calls twice a trial."""
    set_aside()
    try:
        yield
    finally:
        gc.unfreeze()


def set_aside() -> None:
    """Keep what is there by now out of it, too."""
    gc.collect()
    gc.freeze()
