"""How every network of the showdown is trained and measured: one recipe for all.

The recipe was chosen for ResNet-8: `modern` without mixing images and smoothing labels, which hold
back networks that are too small to learn the training images by heart.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from benchmarks.showdown.contest import BUDGETS, Entry
from benchmarks.showdown.sizes import macs_of, micro_file, sizes_of
from memnas_tf.data.dataset import ImageDataset
from memnas_tf.training.evaluation import accuracy_on_test_split
from memnas_tf.training.recipe import Recipe, make_recipe
from memnas_tf.training.train import train_model
from serving.litert.evaluation import litert_classes
from serving.tflm.evaluation import micro_answers

_WHEEL = 64  # bits of a word where the real interpreter runs


def recipe(epochs: int) -> Recipe:
    """Return the recipe of all.

    Args:
        epochs: The number of epochs.

    Returns:
        The recipe.
    """
    return make_recipe(
        "modern", epochs=epochs, mixup=0.0, label_smoothing=0.0, augmentation="crop-flip"
    )


def train_entry(
    entry: Entry,
    build: Callable[[], keras.Model],
    data: ImageDataset,
    directory: Path,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    on_image: Callable[[], object] = lambda: None,
) -> dict[str, Any]:
    """Train a network to the end, convert it, and measure its file on the real interpreter.

    Args:
        entry: What it is.
        build: Builds it.
        data: The images.
        directory: Where the state after every epoch and the file are kept.
        callbacks: What watches the training.
        on_image: Called after each image that the interpreter has answered.

    Returns:
        A row of the results.
    """
    directory.mkdir(parents=True, exist_ok=True)
    budget = BUDGETS[entry.budget]
    started = time.perf_counter()
    trained = train_model(
        build, recipe(budget.epochs), data, directory, seed=entry.seed, callbacks=callbacks
    )
    seconds = time.perf_counter() - started
    made = micro_file(trained.model, data.preprocessing, data.train_images)
    sizes = sizes_of(made)
    file = directory / "model.tflite"
    file.write_bytes(made.content)
    images, labels = data.load_test()
    arena = made.memory[_WHEEL].smallest_arena
    answers = micro_answers(made.content, arena, images, on_image)
    return {
        "entry": entry.name,
        "budget_ram": budget.ram,
        "budget_flash": budget.flash,
        "network": entry.network,
        "seed": entry.seed,
        "epochs": budget.epochs,
        "accuracy_int8": float(np.mean(answers.argmax(-1) == labels)),
        "accuracy_float": accuracy_on_test_split(trained.model, data),
        "accuracy_litert": float(np.mean(litert_classes(made.reference, images) == labels)),
        "ram_bytes": sizes.ram,
        "flash_bytes": sizes.flash,
        "macs": macs_of(trained.model),
        "parameters": trained.model.count_params(),
        "seconds": round(seconds, 1),
    }
