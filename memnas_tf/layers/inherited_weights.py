"""Give a network weights of its base, as `memnas_tf.inheritance` plans it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import keras
import numpy as np
import numpy.typing as npt

from memnas_tf.inheritance import Channels, Inheritance, OperationPlace
from memnas_tf.layers.operation_layer import OperationLayer

Array: TypeAlias = npt.NDArray[Any]


class NetworkWeights(NamedTuple):
    """The weights of a network, moments of batch normalisation included.

    Attributes:
        stem: The weights of each of the stem's layers.
        operations: Those of each layer of each operation.
        classifier: The classifier's kernel and bias.
    """

    stem: list[list[Array]]
    operations: dict[OperationPlace, list[list[Array]]]
    classifier: list[Array]


def read_weights(model: keras.Model) -> NetworkWeights:
    """Copy the weights of a network.

    Args:
        model: What `memnas_tf.layers.build_network` built.

    Returns:
        Its weights.

    Raises:
        ValueError: If it is another model.
    """
    return NetworkWeights(
        [layer.get_weights() for layer in _stem(model)],
        {
            place: [layer.get_weights() for layer in _weighted(operation)]
            for place, operation in _operations(model)
        },
        model.get_layer("classifier").get_weights(),
    )


def inherit_weights(model: keras.Model, weights: NetworkWeights, inheritance: Inheritance) -> None:
    """Give a network weights of its base; what it does not take over stays as it is.

    A grown network then computes what its base computes. So does one with the same cells whose
    identity has become a 1x1 convolution, as what it reads has grown wider.

    Args:
        model: What `memnas_tf.layers.build_network` built.
        weights: The base's weights.
        inheritance: What it takes over.

    Raises:
        ValueError: If the model is another one, or the weights are not those of the base.
    """
    for layer, values in zip(_stem(model), weights.stem, strict=True):
        layer.set_weights(values)
    operations = dict(_operations(model))
    for place, channels in inheritance.operations.items():
        if place not in operations or place not in weights.operations:
            raise ValueError(f"one of the two networks has no operation at {place}")
        _inherit_operation(operations[place], weights.operations[place], channels)
    classifier = model.get_layer("classifier")
    kernel, bias = weights.classifier
    classifier.set_weights([_take(kernel, inheritance.classifier, 0), bias])


def _inherit_operation(
    operation: OperationLayer, old: Sequence[Sequence[Array]], channels: Channels
) -> None:
    layers = _weighted(operation)
    if not layers:
        return  # an identity that passes its input through
    if not old:  # an identity that did so in the base
        size = 1 + max(channel for channel in channels if channel is not None)
        old = [[np.eye(size, dtype=np.float32)[None, None]]]
    for layer, values in zip(layers, old, strict=True):
        fresh = layer.get_weights()
        if isinstance(layer, keras.layers.Conv2D):
            old_filters = values[0].shape[3]
            kernel, kept = fresh[0], min(operation.filters, old_filters)
            kernel[..., :kept] = _take(values[0], channels, 2)[..., :kept]
            layer.set_weights([kernel])
            channels = tuple(i if i < kept else None for i in range(operation.filters))
        else:  # a weight for each channel: a new channel has none yet, and nothing counts it
            axis = 2 if isinstance(layer, keras.layers.DepthwiseConv2D) else 0
            layer.set_weights(
                [
                    _take(value, channels, axis, own)
                    for value, own in zip(values, fresh, strict=True)
                ]
            )


def _take(values: Array, channels: Channels, axis: int, own: Array | None = None) -> Array:
    """Take the channels of an array along an axis; a new one is zero, or the network's own."""
    taken = np.take(values, [channel or 0 for channel in channels], axis)
    new = [channel is None for channel in channels]
    where: tuple[Any, ...] = (slice(None),) * axis + (np.array(new, bool),)
    taken[where] = 0 if own is None else own[where]
    return taken


def _stem(model: keras.Model) -> list[keras.layers.Layer]:
    layers = list(model.layers)
    return layers[1 : [layer.name for layer in layers].index("block_1")]


def _operations(model: keras.Model) -> Iterator[tuple[OperationPlace, OperationLayer]]:
    blocks = [layer for layer in model.layers if layer.name.startswith("block_")]
    for number, block in enumerate(blocks, 1):
        for layer in block.layers:
            if layer.name.startswith("cell_"):
                index = int(layer.name.removeprefix("cell_"))
                for operand, operation in enumerate(layer.operations):
                    yield OperationPlace(number, index, operand), operation


def _weighted(operation: OperationLayer) -> list[keras.layers.Layer]:
    return [layer for layer in operation.layers if layer.weights]
