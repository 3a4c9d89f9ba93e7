"""Networks compiled to be trained: optimizer, loss, and every variable that a checkpoint holds."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from memnas_tf.training.fused_momentum import fuse_momentum
from memnas_tf.training.recipe import LEARNING_RATE, MOMENTUM, Recipe
from memnas_tf.training.schedules import SCHEDULES, warm_restarts

# By a part of their names: what a weight decay leaves alone.
_NOT_DECAYED = ["gamma", "beta", "bias"]


def compile_network(
    model: keras.Model,
    learning_rate: float = LEARNING_RATE,
    total_steps: int | None = None,
    cycles: int = 1,
) -> None:
    """Compile a classifier for a trial of a search: the paper's recipe, labels as class numbers.

    Args:
        model: A model that gives class probabilities.
        learning_rate: The learning rate.
        total_steps: The number of training steps over which it falls; None to keep it.
        cycles: The number of warm restart cycles.
    """
    rate: Any = learning_rate
    if total_steps is not None:
        rate = warm_restarts(learning_rate, total_steps, cycles)
    optimizer = keras.optimizers.SGD(rate, momentum=MOMENTUM)
    _compile(model, optimizer, "sparse_categorical_crossentropy", np.zeros(1, np.int64))


def compile_by_recipe(model: keras.Model, recipe: Recipe, steps: int) -> None:
    """Compile a classifier to be trained to the end, on one-hot labels.

    Args:
        model: A model that gives class probabilities.
        recipe: How it is trained.
        steps: The training steps of an epoch.
    """
    rate = SCHEDULES[recipe.schedule](
        recipe.learning_rate, recipe.epochs, steps, recipe.warm_up_epochs
    )
    optimizer = keras.optimizers.SGD(
        rate,
        momentum=MOMENTUM,
        nesterov=recipe.nesterov,
        weight_decay=recipe.weight_decay or None,
        use_ema=recipe.ema_epochs > 0,
        ema_momentum=recipe.ema_momentum(steps),
    )
    optimizer.exclude_from_weight_decay(var_names=_NOT_DECAYED)
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing)
    _compile(model, optimizer, loss, np.zeros((1, model.output_shape[-1]), np.float32))


def use_averaged_weights(model: keras.Model) -> None:
    """Give a model the averaged weights that its optimizer has kept, if it has.

    Args:
        model: A compiled model.
    """
    # Keras's `fit` does so at its end, but not through the optimizer that scales a loss.
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    optimizer.finalize_variable_values(model.trainable_variables)


def _compile(model: keras.Model, optimizer: Any, loss: Any, labels: Any) -> None:
    fuse_momentum(optimizer)
    model.compile(
        optimizer=optimizer,
        loss=loss,
        metrics=["accuracy"],
        # XLA takes longer to compile a short trial on a CPU than the trial takes to run.
        jit_compile=keras.backend.backend() == "jax",
    )
    _make_variables(model, labels)


def _make_variables(model: keras.Model, labels: Any) -> None:
    """Make the optimizer's and the metrics' variables, which Keras would make in the first step.

    A checkpoint then restores the optimizer too. And TensorFlow traces a step again in which
    variables were made: for a network of many small layers, half of the time before the second.
    """
    model.optimizer.build(model.trainable_variables)
    probabilities = np.zeros((1, model.output_shape[-1]), np.float32)
    model.compute_loss(x=None, y=labels, y_pred=probabilities)
    model.compute_metrics(None, labels, probabilities)
    model.reset_metrics()
