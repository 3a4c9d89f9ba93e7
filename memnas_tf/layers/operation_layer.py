"""An operation as a Keras layer, built from its primitives.

Source: the paper, section 3.1.
"""

from __future__ import annotations

from typing import Any

import keras

from memnas_tf.layers.batch_normalization import FusedBatchNormalization
from memnas_tf.layers.strided_pointwise import keep_positions_first
from memnas_tf.operations import operation_primitives
from memnas_tf.primitives import BatchNorm, Conv, DepthwiseConv, Pool, Primitive, ReLU

# Keras's own 0.99 takes hundreds of steps to settle: too many for the short runs of a search.
BATCH_NORM_MOMENTUM = 0.9


def primitive_layer(
    primitive: Primitive, filters: int, stride: int, dtype: Any = None
) -> keras.Layer:
    """Make the Keras layer of a primitive.

    Args:
        primitive: The primitive.
        filters: The operation's output channels.
        stride: The operation's stride, which only some of its primitives carry.
        dtype: The dtype or dtype policy to compute in.

    Returns:
        The layer, not yet built.
    """
    step = stride if getattr(primitive, "strided", False) else 1
    match primitive:
        case Conv(kernel, dilation):
            layer = keras.layers.Conv2D(
                filters,
                kernel,
                strides=step,
                dilation_rate=dilation,
                padding="same",
                use_bias=False,
                kernel_initializer="he_normal",
                dtype=dtype,
            )
            keep_positions_first(layer)
            return layer
        case DepthwiseConv(kernel):
            return keras.layers.DepthwiseConv2D(
                kernel,
                strides=step,
                padding="same",
                use_bias=False,
                depthwise_initializer="he_normal",
                dtype=dtype,
            )
        case BatchNorm():
            return FusedBatchNormalization(momentum=BATCH_NORM_MOMENTUM, dtype=dtype)
        case ReLU():
            return keras.layers.ReLU(dtype=dtype)
        case Pool("average", kernel):
            return keras.layers.AveragePooling2D(kernel, strides=step, padding="same", dtype=dtype)
        case Pool("max", kernel):
            return keras.layers.MaxPooling2D(kernel, strides=step, padding="same", dtype=dtype)
    raise TypeError(f"no Keras layer is known for the primitive {primitive!r}")


@keras.saving.register_keras_serializable("memnas_tf")
class OperationLayer(keras.layers.Layer):
    """Apply one operation of the search space.

    Args:
        operation: The operation's name, one of `memnas_tf.operations.OPERATIONS`.
        filters: Output channels.
        stride: 1 or 2.
        **kwargs: Of `keras.layers.Layer`.
    """

    def __init__(self, operation: str, filters: int, stride: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.operation = operation
        self.filters = filters
        self.stride = stride
        self.layers: list[keras.Layer] = []

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the primitives' layers for an input of (batch, height, width, channels)."""
        shape: Any = input_shape
        channels = int(shape[-1])
        for primitive in operation_primitives(self.operation, channels, self.filters, self.stride):
            layer = primitive_layer(primitive, self.filters, self.stride, self.dtype_policy)
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
            self.layers.append(layer)
        self.built = True

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Apply the operation.

        Args:
            inputs: A tensor of shape (batch, height, width, channels).
            training: Whether batch normalisation uses the batch's own moments.

        Returns:
            A tensor of shape (batch, height / stride, width / stride, filters).
        """
        outputs = inputs
        for layer in self.layers:
            if isinstance(layer, FusedBatchNormalization):
                outputs = layer(outputs, training=training)
            else:
                outputs = layer(outputs)
        return outputs

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the output's shape for an input of (batch, height, width, channels)."""
        batch, height, width, _ = input_shape
        rows, columns = (size and -(-size // self.stride) for size in (height, width))
        return (batch, rows, columns, self.filters)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        config: dict[str, Any] = super().get_config()
        config.update(operation=self.operation, filters=self.filters, stride=self.stride)
        return config
