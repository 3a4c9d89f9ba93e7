"""A strided 1x1 convolution as one without a stride, of the positions that it reads.

oneDNN, which TensorFlow trains with on a CPU, writes past its buffer in the filter gradient of a
strided 1x1 convolution of few channels. To keep every `stride`-th position first is the same
function, whose gradient is computed elsewhere and as fast. A file for inference needs no gradient,
and takes less memory without the positions in between.

Source: oneDNN, issue 6035.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import MethodType
from typing import Any

import keras

_for_inference = ContextVar("for_inference", default=False)


def keep_positions_first(layer: Any) -> None:
    """Have a strided 1x1 convolution keep the positions that it reads, and convolve these.

    It stays Keras's own, with the same results, variables and files. (A custom gradient would do
    as well, but TensorFlow keeps the graph around each for ever.)

    Args:
        layer: A `keras.layers.Conv2D`; one of another kernel or without a stride is left alone.
    """
    if tuple(layer.kernel_size) == (1, 1) and max(layer.strides) > 1:
        layer.convolution_op = MethodType(_convolve, layer)


@contextmanager
def for_inference() -> Iterator[None]:
    """Trace strided 1x1 convolutions as one operation each, within the block."""
    token = _for_inference.set(True)
    try:
        yield
    finally:
        _for_inference.reset(token)


def _convolve(layer: Any, inputs: Any, kernel: Any) -> Any:
    if _for_inference.get():
        return type(layer).convolution_op(layer, inputs, kernel)
    # The average, as the maximum hides values that are no numbers.
    kept = keras.ops.average_pool(inputs, 1, layer.strides, padding="same")
    return keras.ops.conv(kept, kernel, strides=1, padding="same")
