"""How the networks of a table are trained: one recipe for all."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.table import Run, read_recipe
from benchmarks.table_work import Work
from memnas_tf.data.dataset import ImageDataset
from memnas_tf.data.steps import steps_per_epoch
from memnas_tf.genotype import canonical_key, to_string
from memnas_tf.memory import arena_memory, lifetime_memory, parameter_memory
from memnas_tf.template import Template


@dataclass(frozen=True)
class Recipe:
    """How every network of a table is trained; what its results depend on besides itself.

    Attributes:
        dataset: The data set's name.
        train_images: Images to train on: of the first `train_images + validation_images` of the
            training split.
        validation_images: Images to measure accuracy on, from the same.
        split_seed: Chooses which are which.
        image_size: Height and width to resize images to; None for the set's own.
        stem: Filters of the stem's convolutions.
        filters: Output channels of every operation, for each block.
        strides: The stride of each block.
        augmentation: The augmentation policy.
        epochs: The number of epochs.
        batch_size: Images in a batch.
        learning_rate: At the start; it falls along a cosine to zero.
        backend: Keras's backend, which rounds in its own way.
    """

    dataset: str = "cifar10"
    train_images: int = 10_000
    validation_images: int = 5_000
    split_seed: int = 0
    image_size: tuple[int, int] | None = None
    stem: tuple[int, ...] = (16,)
    filters: tuple[int, ...] = (16, 16, 16)
    strides: tuple[int, ...] = (2, 1, 2)
    augmentation: str = "crop"
    epochs: int = 5
    batch_size: int = 64
    learning_rate: float = 0.05
    backend: str = "tensorflow"

    @property
    def steps(self) -> int:
        """The training steps of an epoch."""
        return steps_per_epoch(self.train_images, self.batch_size)

    @property
    def total_steps(self) -> int:
        """The training steps of all epochs, over which the learning rate falls."""
        return self.steps * self.epochs

    def load(self, data_dir: str | None) -> ImageDataset:
        """Load the images.

        Args:
            data_dir: Where tensorflow_datasets keeps its sets; None for its default.

        Returns:
            The data set.
        """
        from memnas_tf.data.loading import load_dataset

        total = self.train_images + self.validation_images
        return load_dataset(
            self.dataset,
            data_dir,
            validation_fraction=self.validation_images / total,
            seed=self.split_seed,
            image_size=self.image_size,
            limit=total,
        )

    def template(self, data: ImageDataset) -> Template:
        """Return the size of the networks.

        Args:
            data: The images.

        Returns:
            The template.
        """
        return Template(data.input_shape, data.classes, self.filters, self.strides, self.stem)


def table_template(path: Path) -> Template:
    """Return the size of a table's networks.

    Args:
        path: The table, of CIFAR-10.

    Returns:
        The template.

    Raises:
        ValueError: If it is of another data set.
    """
    recipe = read_recipe(path)
    if recipe["dataset"] != "cifar10" or recipe["image_size"] is not None:
        raise ValueError(f"{path} is of {recipe['dataset']!r}, not of cifar10 in its own size")
    filters, strides, stem = (tuple(recipe[name]) for name in ("filters", "strides", "stem"))
    return Template((32, 32, 3), 10, filters, strides, stem)


class Trainer:
    """Train networks by one recipe.

    Args:
        recipe: The recipe.
        data: The images.
        on_step: Called after every training step; may raise.

    Attributes:
        pipelines: Makes the batches to train on under a seed, and those to measure accuracy on.
    """

    def __init__(
        self, recipe: Recipe, data: ImageDataset, on_step: Callable[[], None] = lambda: None
    ) -> None:
        self._recipe = recipe
        self._on_step = on_step
        self._data = data
        self._template = recipe.template(data)
        self.pipelines = lru_cache(maxsize=None)(self._make_pipelines)

    def train(self, work: Work) -> Run:
        """Train a network.

        Args:
            work: The network and the seed.

        Returns:
            What came of it: a function of the recipe, the network and the seed.
        """
        template, genotype = self._template, work.genotype
        started, started_cpu = time.perf_counter(), time.process_time()
        _, accuracies = self.fit(work)
        return Run(
            genotype=to_string(genotype),
            origin=work.origin,
            seed=work.seed,
            accuracies=accuracies,
            parameter_bytes=parameter_memory(genotype, template),
            lifetime_bytes=lifetime_memory(genotype, template),
            arena_bytes=arena_memory(genotype, template),
            seconds=time.perf_counter() - started,
            cpu_seconds=time.process_time() - started_cpu,
        )

    def fit(
        self, work: Work, prepare: Callable[[Any], None] = lambda model: None
    ) -> tuple[Any, tuple[float, ...]]:
        """Train a network and keep it.

        Args:
            work: The network and the seed.
            prepare: Called with the Keras model before its training.

        Returns:
            The Keras model, and its accuracy on the validation images after every epoch.
        """
        import keras

        keras.backend.clear_session()
        model = self.begin(work)
        prepare(model)
        return model, self.go_on(model, work.seed, 0, self._recipe.epochs)

    def begin(self, work: Work) -> Any:
        """Build and compile a network with its first weights.

        Args:
            work: The network and the seed.

        Returns:
            The Keras model.
        """
        import keras

        from memnas_tf.layers import build_network
        from memnas_tf.training.compiling import compile_network

        identity = f"{work.seed} {canonical_key(work.genotype)}"
        keras.utils.set_random_seed(zlib.crc32(identity.encode()))
        model = build_network(work.genotype, self._template)
        compile_network(model, self._recipe.learning_rate, self._recipe.total_steps)
        return model

    def go_on(self, model: Any, seed: int, first: int, end: int) -> tuple[float, ...]:
        """Train a network that has been begun.

        Args:
            model: The Keras model.
            seed: The seed.
            first: The epoch to go on with, counted from 0.
            end: The epoch to stop before.

        Returns:
            Its accuracy on the validation images after each of these epochs.
        """
        import keras

        training, validation = self.pipelines(seed)
        history = model.fit(
            training.from_epoch(first),
            validation_data=validation,
            initial_epoch=first,
            epochs=end,
            steps_per_epoch=self._recipe.steps,
            shuffle=False,
            verbose=0,
            callbacks=[
                keras.callbacks.LambdaCallback(
                    on_train_batch_end=lambda batch, logs: self._on_step()
                )
            ],
        ).history
        return tuple(map(float, history["val_accuracy"]))

    def _make_pipelines(self, seed: int) -> tuple[Any, Any]:
        from memnas_tf.data.pipeline import evaluation_pipeline, training_pipeline

        data = self._data
        normalisation: dict[str, Any] = {"mean": data.mean, "std": data.std}
        training = training_pipeline(
            data.train_images,
            data.train_labels,
            batch_size=self._recipe.batch_size,
            augmentation=self._recipe.augmentation,
            seed=seed,
            **normalisation,
        )
        validation = evaluation_pipeline(
            data.validation_images, data.validation_labels, batch_size=250, **normalisation
        )
        return training, validation
