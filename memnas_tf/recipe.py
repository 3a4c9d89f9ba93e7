"""The training recipe: SGD with momentum and warm restarts.

Source: the paper, section 4.1; the restarts: Loshchilov and Hutter, "SGDR", ICLR 2017.
"""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np

LEARNING_RATE = 0.01
MOMENTUM = 0.9
BATCH_SIZE = 128
EPOCHS = 60


def restart_cycles(epochs: int) -> int:
    """Choose the number of warm restart cycles.

    Each cycle is twice as long as the one before, the first has at least ten epochs, and the last
    ends with the training.

    Args:
        epochs: The number of epochs.

    Returns:
        The number of cycles: 1 for fewer than 30 epochs, 2 for the paper's 60.
    """
    return max(1, int(math.log2(epochs / 10 + 1))) if epochs > 0 else 1


def learning_rate_schedule(
    learning_rate: float, total_steps: int, cycles: int = 1
) -> keras.optimizers.schedules.LearningRateSchedule:
    """Make the cosine schedule with warm restarts.

    Args:
        learning_rate: The rate at the start of each cycle.
        total_steps: The number of training steps in all.
        cycles: The number of cycles; each is twice as long as the one before.

    Returns:
        The schedule.
    """
    first = max(1, math.ceil(total_steps / (2**cycles - 1)))
    return keras.optimizers.schedules.CosineDecayRestarts(learning_rate, first, t_mul=2.0)


def compile_network(
    model: keras.Model,
    learning_rate: float = LEARNING_RATE,
    total_steps: int | None = None,
    cycles: int = 1,
) -> None:
    """Compile a classifier for the paper's recipe.

    Args:
        model: A model that gives class probabilities.
        learning_rate: The learning rate.
        total_steps: The number of training steps over which it falls; None to keep it.
        cycles: The number of warm restart cycles.
    """
    rate: Any = learning_rate
    if total_steps is not None:
        rate = learning_rate_schedule(learning_rate, total_steps, cycles)
    model.compile(
        optimizer=keras.optimizers.SGD(rate, momentum=MOMENTUM),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        # XLA takes longer to compile a short trial on a CPU than the trial takes to run.
        jit_compile=keras.backend.backend() == "jax",
    )
    _make_variables(model)


def _make_variables(model: keras.Model) -> None:
    """Make the optimizer's and the metrics' variables, which Keras would make in the first step.

    A checkpoint then restores the optimizer too. And TensorFlow traces a step again in which
    variables were made: for a network of many small layers, half of the time before the second.
    """
    model.optimizer.build(model.trainable_variables)
    labels, probabilities = np.zeros(1, np.int64), np.zeros((1, model.output_shape[-1]), np.float32)
    model.compute_loss(x=None, y=labels, y_pred=probabilities)
    model.compute_metrics(None, labels, probabilities)
    model.reset_metrics()
