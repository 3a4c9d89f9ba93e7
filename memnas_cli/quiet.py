"""Start Keras and TensorFlow without what they print before anyone can tell them not to."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from memnas_cli.temporary_folder import use_own_temporary_folder


def start_keras() -> None:
    """Import Keras and start its backend; print what they print only if they fail."""
    use_own_temporary_folder()
    with held_back_stderr():
        import keras

        keras.ops.zeros(1)  # TensorFlow looks for devices at the first operation


def import_quietly(module: str) -> None:
    """Import a module; print what it prints only if it fails.

    Args:
        module: Its name.
    """
    with held_back_stderr():
        import_module(module)


@contextmanager
def held_back_stderr() -> Iterator[None]:
    """Print what is printed to stderr within a block, by whatever, only if the block fails.

    Yields:
        Nothing.
    """
    # The lines come from C++ and know nothing of sys.stderr: the descriptor itself is moved.
    sys.stderr.flush()
    original = os.dup(2)
    with tempfile.TemporaryFile() as held_back:
        os.dup2(held_back.fileno(), 2)
        try:
            yield
        except BaseException:
            held_back.seek(0)
            os.write(original, held_back.read())
            raise
        finally:
            os.dup2(original, 2)
            os.close(original)
