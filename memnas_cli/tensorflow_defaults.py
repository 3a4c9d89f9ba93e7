"""What TensorFlow reads from the environment when it is imported."""

from __future__ import annotations

import os
import platform

ONEDNN = "TF_ENABLE_ONEDNN_OPTS"


def set_tensorflow_defaults() -> None:
    """Set what TensorFlow reads when it is imported, where the user has not.

    Convolutions of oneDNN train a small network about twice as fast on processors with AVX2, but
    TensorFlow uses them by itself only where there is AVX-512 too. Elsewhere than on x86 they were
    not measured, and stay as TensorFlow has them.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if platform.machine().lower() in ("x86_64", "amd64"):
        os.environ.setdefault(ONEDNN, "1")
