"""Concatenations of more tensors than TensorFlow Lite for Microcontrollers takes."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from memnas_tf.errors import ExportError
from memnas_tf.litert.flatbuffer import kind_of
from memnas_tf.tflm.kernels import MOST_CONCATENATED


def split_concatenations(model: Any) -> None:
    """Write a concatenation of too many tensors as several, the first of as many as there may be.

    Args:
        model: A `ModelT` of the schema with one graph, changed in place.

    Raises:
        ExportError: If the tensors of one are quantised differently, so that it does more than
            put them together.
    """
    subgraph = model.subgraphs[0]
    place = 0
    while place < len(subgraph.operators):
        operator = subgraph.operators[place]
        if kind_of(model, operator) == "CONCATENATION":
            parts = 0
            while len(operator.inputs) > MOST_CONCATENATED:
                parts += 1
                _split_off(subgraph, place, parts)
                place += 1
        place += 1


def _split_off(subgraph: Any, place: int, parts: int) -> None:
    """Put a concatenation of the first inputs before an operator, as the `parts`-th of them."""
    operator = subgraph.operators[place]
    first = copy.copy(operator)
    first.inputs = operator.inputs[:MOST_CONCATENATED]
    sources = [subgraph.tensors[tensor] for tensor in first.inputs]
    output = subgraph.tensors[operator.outputs[0]]
    if len({_scale(tensor) for tensor in (output, *sources)}) > 1:
        raise ExportError(
            f"a CONCATENATION of {len(operator.inputs)} tensors of different scales cannot be "
            f"split, and TensorFlow Lite for Microcontrollers takes {MOST_CONCATENATED} at most"
        )
    tensor = copy.copy(output)
    axis = operator.builtinOptions.axis % len(output.shape)
    tensor.shape = np.array(output.shape, np.int32)
    tensor.shape[axis] = sum(source.shape[axis] for source in sources)
    tensor.shapeSignature = None
    number = int(operator.outputs[0]) + parts
    subgraph.operators.insert(place, first)
    _insert_tensor(subgraph, number, tensor)
    first.outputs = np.array([number], np.int32)
    rest = operator.inputs[MOST_CONCATENATED:]
    operator.inputs = np.array([number, *rest], np.int32)


def _insert_tensor(subgraph: Any, number: int, tensor: Any) -> None:
    """Give a tensor a number, and those from there on the next ones."""
    subgraph.tensors.insert(number, tensor)
    for holder in (subgraph, *subgraph.operators):
        for name in ("inputs", "outputs"):
            numbers = np.asarray(getattr(holder, name), np.int32)
            setattr(holder, name, numbers + (numbers >= number))


def _scale(tensor: Any) -> tuple[float, ...]:
    quantised = tensor.quantization
    if quantised is None or quantised.scale is None:
        return ()
    return (*map(float, quantised.scale), *map(float, quantised.zeroPoint))
