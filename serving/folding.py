"""Batch normalisation folded into the convolutions before it, for inference.

A trained batch normalisation multiplies and shifts each channel by constants. A convolution right
before it can hold them in its kernel and its bias, and the network is the same function with fewer
operations.

Source: Jacob et al., "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference", CVPR 2018, section 3.2.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from memnas_tf.layers import CellLayer

_Weights = NDArray[Any]


def fold_batch_norm(model: keras.Model) -> keras.Model:
    """Build a network for inference in which convolutions hold their batch normalisation.

    It folds the normalisations within cells, and those of a functional model that alone read a
    convolution without an activation. Any other normalisation stays.

    Args:
        model: A trained functional network, which is left as it is.

    Returns:
        A functional network of the same layers' names, inputs and outputs, not to be trained or
        saved as a Keras file: its cells have no configuration.
    """
    if isinstance(model, keras.Sequential):
        model = keras.Model(model.inputs[0], model.outputs[0], name=model.name)
    folded: keras.Model = keras.models.clone_model(
        model, clone_function=_fold_layer, call_function=_call
    )
    return folded


def _call(layer: Any, *inputs: Any, **options: Any) -> Any:
    # What a normalisation was called with, its mask among them, is nothing to an identity.
    return layer(*inputs) if isinstance(layer, keras.layers.Identity) else layer(*inputs, **options)


class _FoldedCell(keras.layers.Layer):
    """A cell for inference: two sequences of layers and what combines them."""

    def __init__(self, cell: CellLayer) -> None:
        super().__init__(name=cell.name, dtype=cell.dtype_policy)
        self.branches = [_fold_sequence(operation.layers) for operation in cell.operations]
        self.combine = _copy(cell.combine)
        self.built = True

    def call(self, inputs: list[Any]) -> Any:
        """Apply the cell to two tensors of shape (batch, height, width, channels)."""
        operands = []
        for layers, tensor in zip(self.branches, inputs, strict=True):
            for layer in layers:
                tensor = layer(tensor)
            operands.append(tensor)
        return self.combine(operands)


def _fold_layer(layer: Any) -> Any:
    if isinstance(layer, CellLayer):
        return _FoldedCell(layer)
    if _is_graph(layer):
        return fold_batch_norm(layer)
    if isinstance(layer, keras.layers.BatchNormalization) and _convolution_before(layer):
        return keras.layers.Identity(name=layer.name, dtype=layer.dtype_policy)
    norm = _norm_after(layer)
    return _copy(layer) if norm is None else _fold(layer, norm)


def _fold_sequence(layers: list[keras.Layer]) -> list[keras.Layer]:
    folded, rest = [], list(layers)
    while rest:
        layer = rest.pop(0)
        if rest and _takes(layer) and isinstance(rest[0], keras.layers.BatchNormalization):
            folded.append(_fold(layer, rest.pop(0)))
        else:
            folded.append(_copy(layer))
    return folded


def _takes(layer: Any) -> bool:
    """Tell whether a layer can hold a normalisation."""
    kinds = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D)
    return type(layer) in kinds and layer.activation is keras.activations.linear


def _fold(convolution: Any, norm: Any) -> keras.Layer:
    """Copy a convolution with the constants of the normalisation after it."""
    kernel, *bias = (value.astype("float64") for value in convolution.get_weights())
    scale, offset = _scale_and_offset(norm)
    # A depthwise kernel ends in (channels, multiplier), which its outputs run through in order.
    channels = kernel.shape[-2:] if _is_depthwise(convolution) else kernel.shape[-1:]
    weights = [kernel * scale.reshape(channels), offset + scale * (bias[0] if bias else 0.0)]
    copy = type(convolution).from_config({**convolution.get_config(), "use_bias": True})
    copy.build_from_config(convolution.get_build_config())
    copy.set_weights(weights)
    return copy


def _scale_and_offset(norm: Any) -> tuple[_Weights, _Weights]:
    """Return what a trained normalisation multiplies each channel by, and what it adds."""
    mean, variance = (_values(norm.moving_mean), _values(norm.moving_variance))
    scale = (_values(norm.gamma) if norm.scale else 1.0) / np.sqrt(variance + norm.epsilon)
    offset = (_values(norm.beta) if norm.center else 0.0) - mean * scale
    return scale, offset


def _values(variable: Any) -> _Weights:
    return np.asarray(keras.ops.convert_to_numpy(variable), "float64")


def _copy(layer: Any) -> Any:
    copy = type(layer).from_config(layer.get_config())
    if layer.weights:
        copy.build_from_config(layer.get_build_config())
        copy.set_weights(layer.get_weights())
    return copy


def _is_depthwise(layer: Any) -> bool:
    return isinstance(layer, keras.layers.DepthwiseConv2D)


def _is_graph(layer: Any) -> bool:
    # The base of functional models has no public name.
    return isinstance(layer, keras.Model) and hasattr(layer, "_nodes")


def _convolution_before(norm: Any) -> Any:
    """Return the convolution that takes a normalisation in a functional model, or None."""
    if len(norm._inbound_nodes) != 1:
        return None
    nodes = norm._inbound_nodes[0].parent_nodes
    layer = nodes[0].operation if nodes else None
    return layer if layer is not None and _norm_after(layer) is norm else None


def _norm_after(layer: Any) -> Any:
    """Return the normalisation that alone reads a convolution in a functional model, or None."""
    if not _takes(layer) or len(layer._inbound_nodes) != 1 or len(layer._outbound_nodes) != 1:
        return None
    reader = layer._outbound_nodes[0].operation
    is_norm = isinstance(reader, keras.layers.BatchNormalization)
    return reader if is_norm and len(reader._inbound_nodes) == 1 else None
