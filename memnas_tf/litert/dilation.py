"""Dilated convolutions as one operation each, in what the converter is given.

For its own processors' sake TensorFlow splits a dilated convolution into three operations: every
`dilation`-th position becomes a batch of its own, these are convolved, and put together again. The
converter keeps the three, cannot fold a normalisation through them, and writes a batch of 1 in all
their shapes, which LiteRT mends when it starts and its variant for microcontrollers does not: there
the answers are wrong. LiteRT has dilated convolutions, so it is given these.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any
from unittest.mock import patch

ONE_DIMENSION, TWO_DIMENSIONS = 3, 4  # ranks, with batch and channels


@contextlib.contextmanager
def whole_dilated_convolutions() -> Iterator[None]:
    """Trace every dilated convolution over one or two dimensions as one operation."""
    import tensorflow as tf  # here, as it takes seconds

    split = tf.nn.convolution
    split_depthwise = tf.nn.depthwise_conv2d

    def convolution(
        input: Any,
        filters: Any,
        strides: Any = None,
        padding: str = "VALID",
        data_format: str | None = None,
        dilations: Any = None,
        name: str | None = None,
    ) -> Any:
        rank = len(input.shape)
        if not _is_dilated(dilations) or rank not in (ONE_DIMENSION, TWO_DIMENSIONS):
            return split(input, filters, strides, padding, data_format, dilations, name)
        whole = tf.nn.conv1d if rank == ONE_DIMENSION else tf.nn.conv2d
        steps = 1 if strides is None else strides
        layout = data_format or ("NWC" if rank == ONE_DIMENSION else "NHWC")
        return whole(input, filters, steps, padding, layout, dilations, name)

    def depthwise(
        input: Any,
        filter: Any,
        strides: Any,
        padding: str,
        data_format: str | None = None,
        dilations: Any = None,
        name: str | None = None,
    ) -> Any:
        if not _is_dilated(dilations) or data_format == "NCHW":
            return split_depthwise(input, filter, strides, padding, data_format, dilations, name)
        return tf.raw_ops.DepthwiseConv2dNative(
            input=input,
            filter=filter,
            strides=strides,
            padding=padding,
            dilations=(1, *dilations, 1),
            name=name,
        )

    def separable(
        input: Any,
        depthwise_filter: Any,
        pointwise_filter: Any,
        strides: Any,
        padding: str,
        data_format: str | None = None,
        dilations: Any = None,
        name: str | None = None,
    ) -> Any:
        spread = depthwise(input, depthwise_filter, strides, padding, data_format, dilations, name)
        return tf.nn.conv2d(spread, pointwise_filter, 1, "VALID", data_format or "NHWC")

    with (
        patch.object(tf.nn, "convolution", convolution),
        patch.object(tf.nn, "depthwise_conv2d", depthwise),
        patch.object(tf.nn, "separable_conv2d", separable),
    ):
        yield


def _is_dilated(dilations: int | Sequence[int] | None) -> bool:
    if dilations is None:
        return False
    return any(d != 1 for d in ((dilations,) if isinstance(dilations, int) else dilations))
