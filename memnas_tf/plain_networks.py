"""Networks of the field that nobody searched for: what a searched one is measured against.

Each is one function from the images' shape, the number of classes and a width. A new one is a
function and an entry in `PLAIN_NETWORKS`.

Sources: ResNet-8 is the image classifier of MLPerf Tiny (Banbury et al., arXiv:2106.07597), after
He et al., arXiv:1512.03385. The depthwise-separable one follows MobileNetV1 (Howard et al.,
arXiv:1704.04861) up to sixteen times the stem's filters: the five equal blocks and the last two
that follow there would leave a stem of five channels at 100 kB.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import keras

from memnas_tf.errors import ConfigError
from memnas_tf.layers.strided_pointwise import keep_positions_first

Shape = tuple[int, int, int]

_RESIDUAL_STAGES = ((1, 1), (2, 2), (4, 2))  # filters in widths, and stride
_SEPARABLE_BLOCKS = ((2, 1), (4, 2), (4, 1), (8, 2), (8, 1), (16, 2), (16, 1))


def resnet8(input_shape: Shape, classes: int, width: int = 16) -> keras.Model:
    """Build ResNet-8: a stem, three residual stages of two convolutions, pooling, dense.

    Args:
        input_shape: Height, width and channels of an image, in pixels.
        classes: The number of classes.
        width: Filters of the stem and the first stage; 16 as in MLPerf Tiny.

    Returns:
        An uncompiled model from normalised images to class probabilities.

    Raises:
        ConfigError: If the width is below 1.
    """
    _check_width(width)
    inputs = keras.Input(input_shape, name="images")
    tensor = _normalised(_convolution(width, 3)(inputs))
    for multiple, stride in _RESIDUAL_STAGES:
        filters = multiple * width
        residual = _normalised(_convolution(filters, 3, stride)(tensor))
        residual = _normalised(_convolution(filters, 3)(residual), activated=False)
        if stride > 1:
            tensor = _convolution(filters, 1, stride)(tensor)
        tensor = keras.layers.ReLU()(keras.layers.Add()([tensor, residual]))
    return _classifier(inputs, tensor, classes, "resnet8")


def depthwise_separable(input_shape: Shape, classes: int, width: int = 12) -> keras.Model:
    """Build a network of depthwise-separable convolutions, after MobileNetV1.

    Args:
        input_shape: Height, width and channels of an image, in pixels.
        classes: The number of classes.
        width: Filters of the stem; the blocks have 2 to 16 times as many.

    Returns:
        An uncompiled model from normalised images to class probabilities.

    Raises:
        ConfigError: If the width is below 1.
    """
    _check_width(width)
    inputs = keras.Input(input_shape, name="images")
    tensor = _normalised(_convolution(width, 3)(inputs))
    for multiple, stride in _SEPARABLE_BLOCKS:
        depthwise = keras.layers.DepthwiseConv2D(3, stride, padding="same", use_bias=False)
        tensor = _normalised(depthwise(tensor))
        tensor = _normalised(_convolution(multiple * width, 1)(tensor))
    return _classifier(inputs, tensor, classes, "ds-cnn")


PLAIN_NETWORKS: Mapping[str, Callable[[Shape, int, int], keras.Model]] = MappingProxyType(
    {"resnet8": resnet8, "ds-cnn": depthwise_separable}
)


def _check_width(width: int) -> None:
    if width < 1:
        raise ConfigError(f"width is {width}; it must be at least 1")


def _convolution(filters: int, size: int, stride: int = 1) -> Any:
    layer = keras.layers.Conv2D(filters, size, stride, padding="same", use_bias=False)
    keep_positions_first(layer)
    return layer


def _normalised(tensor: Any, activated: bool = True) -> Any:
    tensor = keras.layers.BatchNormalization()(tensor)
    return keras.layers.ReLU()(tensor) if activated else tensor


def _classifier(inputs: Any, tensor: Any, classes: int, name: str) -> keras.Model:
    tensor = keras.layers.GlobalAveragePooling2D(name="pool")(tensor)
    # In float32 under mixed precision too: a softmax in float16 loses small probabilities.
    dense = keras.layers.Dense(classes, activation="softmax", dtype="float32", name="classifier")
    return keras.Model(inputs, dense(tensor), name=name)
