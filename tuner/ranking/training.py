"""Training and running the small models of this folder without global state or retracing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import keras
import numpy as np

from tuner.ranking.coding import Array
from tuner.trials.single_device import skip_all_reduce

# On synthetic rounds of 100 labels in all, twice the steps ranked about as well.
STEPS = 200
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 1e-2
PREDICT_BATCH = 512


class Batch(NamedTuple):
    """What one training step takes; every batch of a fit has the same shapes.

    Attributes:
        codes: The inputs.
        targets: Standardised targets, one for each output.
        weights: The weight of each squared error in the loss, which is the mean over all places
            of a batch, padding included. Padding has weight 0.
    """

    codes: Array
    targets: Array
    weights: Array


def train(model: keras.Model, batches: Iterator[Batch]) -> None:
    """Train a model with the loss of Eq. 3.

    Args:
        model: An uncompiled model whose outputs have shape (..., 1).
        batches: An endless stream of batches.

    Source: the paper, Eq. 3. The optimiser is this project's choice.
    """
    rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, STEPS)
    model.compile(
        optimizer=keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY, clipnorm=1.0),
        loss=keras.losses.MeanSquaredError(dtype="float32"),
        auto_scale_loss=False,
    )
    # Variables made within the first step would have TensorFlow trace it twice.
    model.optimizer.build(model.trainable_variables)
    skip_all_reduce(model.optimizer)
    for _ in range(STEPS):
        batch = next(batches)
        model.train_on_batch(batch.codes, batch.targets[..., None], batch.weights)


def predict(model: keras.Model, inputs: Array, batch_size: int = PREDICT_BATCH) -> Array:
    """Run a model in batches of one size, padding the last.

    Args:
        model: The model.
        inputs: Its inputs, of shape (samples, ...).
        batch_size: The number of samples in a batch. A model should always get the same.

    Returns:
        Its outputs, of shape (samples, ...).
    """
    outputs = []
    for start in range(0, len(inputs), batch_size):
        part = inputs[start : start + batch_size]
        padding = [(0, batch_size - len(part))] + [(0, 0)] * (inputs.ndim - 1)
        # Called as it is: `predict` would trace anew in every fit, and TensorFlow warn of that.
        output = keras.ops.convert_to_numpy(model(np.pad(part, padding), training=False))
        outputs.append(output[: len(part)])
    return np.concatenate(outputs)
