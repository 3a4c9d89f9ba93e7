"""Training and running the small models of this folder without global state or retracing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import keras
import numpy as np

from tuner.ranking.keras_ranker import Array

# Measured in benchmarks of synthetic and real rounds of 8 to 400 labels: more gains nothing.
STEPS = 300
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 1e-2
PREDICT_BATCH = 512


class Batch(NamedTuple):
    """What one training step takes; every batch of a fit has the same shapes.

    Attributes:
        codes: The inputs.
        targets: Standardised targets, one for each output.
        weights: The weight of each squared error; padding has 0. They average to 1 over a
            batch's errors where the loss is to be their mean.
    """

    codes: Array
    targets: Array
    weights: Array


def train(model: keras.Model, batches: Iterator[Batch], steps: int = STEPS) -> None:
    """Train a model with the loss of Eq. 3.

    Args:
        model: An uncompiled model whose outputs have shape (..., 1).
        batches: An endless stream of batches.
        steps: The number of training steps.

    Source: the paper, Eq. 3. The optimiser is this project's choice.
    """
    rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
    model.compile(
        optimizer=keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY, clipnorm=1.0),
        loss=keras.losses.MeanSquaredError(dtype="float32"),
        auto_scale_loss=False,
    )
    for _ in range(steps):
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
        output = np.asarray(model.predict_on_batch(np.pad(part, padding)))
        outputs.append(output[: len(part)])
    return np.concatenate(outputs)
