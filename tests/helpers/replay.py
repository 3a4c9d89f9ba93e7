"""The paper's memory of a Keras model, measured on the model itself.

Nothing here uses `memnas_tf.memory`: a forward pass of one image shows which layer reads and
makes which tensor, and a simulation of the paper's schedule shows what lives when.
"""

from __future__ import annotations

from dataclasses import dataclass
from unittest import mock

import keras
import numpy as np

from memnas_tf.layers import CellLayer, OperationLayer


@dataclass
class Step:
    """A layer as it ran: the tensors that it read and made, by identity."""

    reads: tuple[int, ...]
    makes: int
    values: int


def record(model: keras.Model) -> tuple[list[Step], int, int]:
    """Run one zero image through a model.

    Returns:
        What its layers did, the image's identity, and its number of values.
    """
    steps: list[Step] = []
    alive = []  # keeps every tensor, so that no identity is used twice
    depth = 0
    renamed: dict[int, int] = {}  # what runs in place: tensor to the tensor it overwrites
    call = keras.layers.Layer.__call__

    def identity(tensor):
        return renamed.get(id(tensor), id(tensor))

    def recording_call(layer, *args, **kwargs):
        nonlocal depth
        is_container = isinstance(layer, keras.Model | CellLayer | keras.layers.InputLayer)
        depth += not is_container
        output = call(layer, *args, **kwargs)
        depth -= not is_container
        alive.append((args, output))
        if is_container or depth:
            return output
        inputs = args[0] if isinstance(args[0], list | tuple) else [args[0]]
        if isinstance(layer, keras.layers.BatchNormalization | keras.layers.ReLU):
            renamed[id(output)] = identity(inputs[0])  # of the stem: part of its convolution
        elif any(output is tensor for tensor in inputs):
            assert isinstance(layer, OperationLayer) and layer.operation == "identity"
        else:
            reads = tuple(map(identity, inputs))
            steps.append(Step(reads, id(output), int(np.prod(output.shape))))
        return output

    image = keras.ops.zeros((1, *model.input_shape[1:]))
    with mock.patch.object(keras.layers.Layer, "__call__", recording_call):
        model(image)
    return steps, id(image), int(np.prod(image.shape))


def peak_values(model: keras.Model) -> int:
    """Simulate the paper's schedule: each step runs every layer whose inputs exist."""
    waiting, image, values = record(model)
    sizes = {image: values}
    existing = {image}
    peak = values
    while waiting:
        ready = [step for step in waiting if set(step.reads) <= existing]
        assert ready, "a layer reads a tensor that nothing makes"
        waiting = [step for step in waiting if step not in ready]
        sizes.update({step.makes: step.values for step in ready})
        existing |= {step.makes for step in ready}
        wanted = {tensor for step in waiting for tensor in step.reads}
        alive = {step.makes for step in ready} | (existing & wanted)
        peak = max(peak, sum(sizes[tensor] for tensor in alive))
    return peak
