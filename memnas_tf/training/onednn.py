"""oneDNN's convolutions: whether TensorFlow is to train with them."""

from __future__ import annotations

import os
import platform

VARIABLE = "TF_ENABLE_ONEDNN_OPTS"
# Below so many image positions in a batch, such as 32 images of 16x16, a step of a small network is
# mostly what each operation costs to start, and that is more with oneDNN.
_WORTHWHILE = 32 * 16 * 16
_DIGITS = (8, 8)
# Hardly any data set has smaller images; larger ones only make the case clearer.
_OTHERS = (28, 28)


def choose_onednn(dataset: str, image_size: tuple[int, int] | None, batch_size: int) -> None:
    """Set whether TensorFlow is to use oneDNN, where the user has not: before it is imported.

    TensorFlow uses it by itself only on processors with AVX-512, but with AVX2 alone it trains a
    network on 32x32 pixels about twice as fast. Elsewhere than on x86 this was not measured, and
    stays as TensorFlow has it.

    Args:
        dataset: The data set's name.
        image_size: The size to which images are brought, in pixels; None for their own.
        batch_size: Images in a step.
    """
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return
    height, width = image_size or (_DIGITS if dataset == "digits" else _OTHERS)
    worthwhile = height * width * batch_size >= _WORTHWHILE
    os.environ.setdefault(VARIABLE, str(int(worthwhile)))
