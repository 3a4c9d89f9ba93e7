"""Train a network from scratch to the end, from wherever an earlier process was cut off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import keras

from memnas_tf.data.interface import TrainingData
from memnas_tf.data.steps import steps_per_epoch
from memnas_tf.errors import TrainingError
from memnas_tf.genotype import from_string
from memnas_tf.layers import build_network
from memnas_tf.training.compiling import compile_by_recipe, use_averaged_weights
from memnas_tf.training.continuing import continue_fit
from memnas_tf.training.curve_recorder import CurveRecorder
from memnas_tf.training.devices import check_devices, shared_by
from memnas_tf.training.directory import PROGRESS_FILE
from memnas_tf.training.evaluation import EVALUATION_BATCH
from memnas_tf.training.finite import StopWhenNotFinite
from memnas_tf.training.plan import TrainingPlan
from memnas_tf.training.precision import computing_in
from memnas_tf.training.progress import TrainingProgress, load_progress
from memnas_tf.training.recipe import Recipe
from memnas_tf.training.record import RECORD_FILE

_SEEDS = 2**32  # what NumPy takes


class TrainedNetwork(NamedTuple):
    """What came of a training.

    Attributes:
        model: The network in float32, compiled to be evaluated on labels as class numbers.
        history: A value per epoch by the name that Keras gives it, such as "accuracy".
    """

    model: keras.Model
    history: dict[str, list[float]]


def train_network(
    plan: TrainingPlan,
    data: TrainingData,
    directory: Path,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> TrainedNetwork:
    """Train a genotype, or go on after the last whole epoch of a training that was cut off.

    The same plan gives the same network on the same machine, interrupted or not.

    Args:
        plan: All that the result depends on.
        data: The data set of the plan.
        directory: The training's directory, held by `memnas_tf.training.directory`.
        callbacks: What watches the training.

    Returns:
        The network and its course.

    Raises:
        TrainingError: If its checkpoint is damaged, or the loss is no number any more.
        ConfigError: If the devices are not there, or cannot share a batch.
    """
    return train_model(
        lambda: build_network(from_string(plan.genotype), plan.template),
        plan.recipe,
        data,
        directory,
        seed=plan.seed,
        policy=plan.policy,
        devices=plan.devices,
        callbacks=callbacks,
    )


def train_model(
    build: Callable[[], keras.Model],
    recipe: Recipe,
    data: TrainingData,
    directory: Path,
    *,
    seed: int = 0,
    policy: str = "float32",
    devices: int = 1,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> TrainedNetwork:
    """Train any classifier by a recipe, or go on after the last whole epoch.

    Args:
        build: Builds it, uncompiled, each time the same: from normalised images to class
            probabilities.
        recipe: How it is trained.
        data: The data set.
        directory: Where the state after every epoch is kept.
        seed: The seed of every random choice.
        policy: Keras's dtype policy.
        devices: How many devices share the training.
        callbacks: What watches the training.

    Returns:
        The network and its course.

    Raises:
        TrainingError: As `train_network`.
        ConfigError: As `train_network`.
    """
    check_devices(devices, min(recipe.batch_size, data.train_count))
    steps = steps_per_epoch(data.train_count, recipe.batch_size)
    progress = _load_progress(directory / PROGRESS_FILE, seed)
    keras.utils.set_random_seed(seed % _SEEDS)
    with computing_in(policy), shared_by(devices):
        model = build()
        compile_by_recipe(model, recipe, steps)
        arguments = _fit_arguments(recipe, data, steps, seed, devices)
        watching = _callbacks(recipe, directory, arguments["validation_data"] is not None)
        arguments["callbacks"] = [*watching, *callbacks]
        _, arguments = continue_fit(model, progress, directory / PROGRESS_FILE, (), arguments)
        with data.reading():
            history = model.fit(**arguments).history
        use_averaged_weights(model)
    return TrainedNetwork(_float32_copy(model, build), history)


def _load_progress(path: Path, seed: int) -> TrainingProgress:
    progress = load_progress(path)
    if progress is None and path.exists():
        raise TrainingError(
            f"cannot read {str(path)!r}, the checkpoint to go on from; overwrite the training to "
            "begin it again"
        )
    return progress or TrainingProgress(seed)


def _fit_arguments(
    recipe: Recipe, data: TrainingData, steps: int, seed: int, devices: int
) -> dict[str, Any]:
    # Where devices share a batch, each has as many images as the others.
    batch = EVALUATION_BATCH // devices * devices
    held_out = data.validation_count // devices * devices
    validation = None
    if held_out:
        validation = data.validation_batches(batch_size=batch, count=held_out)
    return {
        "x": data.training_batches(
            batch_size=recipe.batch_size,
            augmentation=str(recipe.augmentation),
            seed=seed,
            mixup=recipe.mixup,
        ),
        "validation_data": validation,
        "epochs": recipe.epochs * data.parts,
        "steps_per_epoch": steps // data.parts,
        "shuffle": False,  # the pipeline shuffles, and Keras would warn that it cannot
        "verbose": 0,
    }


def _callbacks(recipe: Recipe, directory: Path, validates: bool) -> list[keras.callbacks.Callback]:
    callbacks = [
        StopWhenNotFinite(),
        CurveRecorder(directory / RECORD_FILE),
    ]
    if recipe.ema_epochs and validates:
        callbacks.insert(0, keras.callbacks.SwapEMAWeights())
    return callbacks


def _float32_copy(model: keras.Model, build: Callable[[], keras.Model]) -> keras.Model:
    """Bring a network to one device and to float32, whatever it was trained in."""
    copy = build()
    copy.set_weights(model.get_weights())
    copy.compile(optimizer=None, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return copy
