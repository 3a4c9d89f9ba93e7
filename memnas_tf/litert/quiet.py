"""Silence for the C++ underneath, which writes past Python's own streams."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import warnings
from collections.abc import Iterator


@contextlib.contextmanager
def quiet_output() -> Iterator[None]:
    """Send what Keras, the converter and the interpreter print to nowhere, warnings too."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [(stream, os.dup(stream)) for stream in (1, 2)]
    with open(os.devnull, "wb") as nowhere:
        for stream, _ in kept:
            os.dup2(nowhere.fileno(), stream)
        try:
            with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that ranges were not given: they are measured
                yield
        finally:
            for stream, copy in kept:
                os.dup2(copy, stream)
                os.close(copy)
