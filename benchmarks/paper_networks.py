"""Networks of the paper's Tables 1 and 2 that were not searched for, as plain Keras models.

None has trained weights. ShuffleNet, ResNet and MobileNetV2 follow their papers; what those leave
open for CIFAR-10 is said where it is decided.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

CIFAR_SHAPE = (32, 32, 3)
IMAGENET_SHAPE = (224, 224, 3)


def resnet_cifar(depth: int) -> keras.Model:
    """Build a ResNet for CIFAR-10, with short cuts that have no weights.

    Source: He et al., "Deep residual learning for image recognition", section 4.2.

    Args:
        depth: 6 n + 2, such as 56 or 110.

    Returns:
        The model.
    """
    inputs = keras.Input(CIFAR_SHAPE)
    x = _conv(inputs, 16, 3)
    for stage, filters in enumerate((16, 32, 64)):
        for unit in range((depth - 2) // 6):
            stride = 2 if stage and not unit else 1
            y = _conv(x, filters, 3, stride)
            y = _conv(y, filters, 3, activation=None)
            if stride > 1:
                x = layers.AveragePooling2D(1, 2)(x)
                x = PadChannels(filters)(x)
            x = layers.ReLU()(layers.Add()([x, y]))
    return _classifier(inputs, x, 10, f"resnet_{depth}")


def mobilenet_v2_cifar() -> keras.Model:
    """Build MobileNetV2 for CIFAR-10.

    The widths and repetitions are those of ImageNet; the first convolution and the second group
    have stride 1, so that 32x32 ends as 4x4 and not as 1x1. Most ports to CIFAR-10 do this.

    Source: Sandler et al., "MobileNetV2", Table 2.

    Returns:
        The model.
    """
    inputs = keras.Input(CIFAR_SHAPE)
    x = _conv(inputs, 32, 3, activation="relu6")
    for expansion, filters, units, stride in (
        *((1, 16, 1, 1), (6, 24, 2, 1), (6, 32, 3, 2), (6, 64, 4, 2)),
        *((6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)),
    ):
        for unit in range(units):
            x = _inverted_residual(x, expansion, filters, stride if not unit else 1)
    x = _conv(x, 1280, 1, activation="relu6")
    return _classifier(inputs, x, 10, "mobilenet_v2_cifar")


def shufflenet_v1(scale: float, groups: int = 3, cifar: bool = False) -> keras.Model:
    """Build ShuffleNet V1.

    For CIFAR-10 the first convolution has stride 1 and no pooling follows it.

    Source: Zhang et al., "ShuffleNet", Table 1 and Figure 2.

    Args:
        scale: How many times the filters of the first network.
        groups: The groups of the 1x1 convolutions.
        cifar: Whether for CIFAR-10, not ImageNet.

    Returns:
        The model.
    """
    width = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}[groups]
    inputs = keras.Input(CIFAR_SHAPE if cifar else IMAGENET_SHAPE)
    x = _conv(inputs, 24, 3, 1 if cifar else 2)
    if not cifar:
        x = layers.MaxPooling2D(3, 2, padding="same")(x)
    for stage, units in enumerate((4, 8, 4)):
        filters = int(width * scale) * 2**stage
        for unit in range(units):
            # The very first has too few channels for groups.
            first = 1 if not stage and not unit else groups
            x = _shuffle_unit(x, filters, groups, first, 1 if unit else 2)
    return _classifier(inputs, x, 10 if cifar else 1000, "shufflenet_v1")


def condensenet(
    units: tuple[int, ...], growth: tuple[int, ...], groups: int, cifar: bool = False
) -> keras.Model:
    """Build CondenseNet as it is at inference: with an index before each grouped convolution.

    Learned groups keep 1 / groups of the inputs. The classifier of ImageNet is condensed too.

    Source: Huang et al., "CondenseNet", section 3 and Table 1; Figure 1, right.

    Args:
        units: Layers of each dense block.
        growth: Channels that a layer of each block adds.
        groups: The groups of all convolutions, and the condensation factor.
        cifar: Whether for CIFAR-10, not ImageNet.

    Returns:
        The model.
    """
    inputs = keras.Input(CIFAR_SHAPE if cifar else IMAGENET_SHAPE)
    stride = 1 if cifar else 2
    filters = 2 * growth[0]
    x = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(inputs)
    for block, (count, rate) in enumerate(zip(units, growth, strict=True)):
        for _ in range(count):
            y = _condensed_conv(x, 4 * rate, groups)
            y = _activated(y)
            y = _shuffle(y, groups)
            y = layers.Conv2D(rate, 3, padding="same", groups=groups, use_bias=False)(y)
            x = layers.Concatenate()([x, y])
        if block < len(units) - 1:
            x = layers.AveragePooling2D(2)(x)
    x = _activated(x)
    x = layers.GlobalAveragePooling2D()(x)
    if not cifar:
        x = Index(x.shape[-1] // 2)(x)
    outputs = layers.Dense(10 if cifar else 1000, activation="softmax")(x)
    return keras.Model(inputs, outputs, name="condensenet")


class Index(keras.layers.Layer):
    """Choose channels, as a learned group convolution does before its groups.

    Which it chooses does not matter to the memory; here they go around.

    Args:
        channels: How many.
        **kwargs: Of `keras.layers.Layer`.
    """

    def __init__(self, channels: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.channels = channels

    def call(self, inputs: Any) -> Any:
        """Choose channels of a tensor whose last axis they are."""
        indices = [i % inputs.shape[-1] for i in range(self.channels)]
        return keras.ops.take(inputs, indices, axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the output's shape."""
        return (*input_shape[:-1], self.channels)


class PadChannels(keras.layers.Layer):
    """Append channels of zeros.

    Args:
        channels: How many there are then.
        **kwargs: Of `keras.layers.Layer`.
    """

    def __init__(self, channels: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.channels = channels

    def call(self, inputs: Any) -> Any:
        """Pad a tensor of shape (batch, height, width, channels)."""
        more = self.channels - inputs.shape[-1]
        return keras.ops.pad(inputs, ((0, 0), (0, 0), (0, 0), (0, more)))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the output's shape."""
        return (*input_shape[:-1], self.channels)


def _conv(
    x: Any,
    filters: int,
    size: int,
    stride: int = 1,
    activation: str | None = "relu",
    groups: int = 1,
) -> Any:
    x = layers.Conv2D(filters, size, strides=stride, padding="same", groups=groups, use_bias=False)(
        x
    )
    x = layers.BatchNormalization()(x)
    return layers.Activation(activation)(x) if activation else x


def _depthwise(x: Any, stride: int, activation: str | None) -> Any:
    x = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.Activation(activation)(x) if activation else x


def _classifier(inputs: Any, x: Any, classes: int, name: str) -> keras.Model:
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x), name=name)


def _inverted_residual(x: Any, expansion: int, filters: int, stride: int) -> Any:
    y = x
    if expansion > 1:
        y = _conv(y, expansion * x.shape[-1], 1, activation="relu6")
    y = _depthwise(y, stride, "relu6")
    y = _conv(y, filters, 1, activation=None)
    return layers.Add()([x, y]) if stride == 1 and x.shape[-1] == filters else y


def _shuffle(x: Any, groups: int) -> Any:
    """Mix the channels of groups."""
    height, width, channels = x.shape[1:]
    x = layers.Reshape((height, width, groups, channels // groups))(x)
    x = layers.Permute((1, 2, 4, 3))(x)
    return layers.Reshape((height, width, channels))(x)


def _shuffle_unit(x: Any, filters: int, groups: int, first_groups: int, stride: int) -> Any:
    inner = filters // 4
    # The short cut of a strided unit is concatenated, not added.
    outer = filters - x.shape[-1] if stride > 1 else filters
    y = _conv(x, inner, 1, groups=first_groups)
    y = _shuffle(y, groups)
    y = _depthwise(y, stride, None)
    y = _conv(y, outer, 1, activation=None, groups=groups)
    if stride > 1:
        x = layers.AveragePooling2D(3, 2, padding="same")(x)
        return layers.ReLU()(layers.Concatenate()([x, y]))
    return layers.ReLU()(layers.Add()([x, y]))


def _activated(x: Any) -> Any:
    return layers.ReLU()(layers.BatchNormalization()(x))


def _condensed_conv(x: Any, filters: int, groups: int) -> Any:
    kept = x.shape[-1] // groups * groups  # each group keeps 1 / groups of all inputs
    x = Index(kept)(x)
    x = _activated(x)
    return layers.Conv2D(filters, 1, groups=groups, use_bias=False)(x)
