"""A search on a data set: from names and numbers to a tuner that runs."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

from memnas_tf.data.apart import check_apart
from memnas_tf.data.dataset import ImageDataset
from memnas_tf.data.image_folder import is_image_folder
from memnas_tf.data.pipeline import evaluation_pipeline, training_pipeline
from memnas_tf.data.steps import steps_per_epoch
from memnas_tf.template import cifar_template
from memnas_tf.training.evaluation import EVALUATION_BATCH
from memnas_tf.training.schedules import restart_cycles
from tuner.distributed.facts import array_checksum
from tuner.hypermodel import MemNASHyperModel
from tuner.training_settings import TrainingSettings
from tuner.tuner import MemNASTuner


def make_hypermodel(
    data: ImageDataset, training: TrainingSettings, filters: int, blocks: int, max_cells: int
) -> MemNASHyperModel:
    """Make the hypermodel of a search on a data set.

    Args:
        data: The data set.
        training: How a trial is trained.
        filters: Output channels of every operation.
        blocks: The number of blocks.
        max_cells: The largest number of cells in a block.

    Returns:
        The hypermodel, whose learning rate falls over a whole trial.
    """
    steps = steps_per_epoch(len(data.train_images), training.batch_size)
    return MemNASHyperModel(
        cifar_template(data.input_shape, data.classes, filters, blocks),
        blocks=blocks,
        max_cells=max_cells,
        learning_rate=training.learning_rate,
        total_steps=steps * training.epochs,
        cycles=restart_cycles(training.epochs),
    )


def make_tuner(
    hypermodel: MemNASHyperModel, training: TrainingSettings, data: ImageDataset, **search: Any
) -> MemNASTuner:
    """Make the tuner of a search, new or resumed, that knows what it depends on.

    Args:
        hypermodel: What builds the networks.
        training: How a trial is trained.
        data: The data set.
        **search: Other arguments of `MemNASTuner`.

    Returns:
        The tuner.

    Raises:
        ConfigError: If the search's directory is, holds or lies in the data set's folder.
    """
    if is_image_folder(training.dataset):
        project = Path(search.get("directory") or ".", search.get("project_name") or "")
        check_apart(project, training.dataset, "choose another directory or project name")
    # A folder may lie elsewhere when the search goes on, with the same files in it.
    recorded = {**vars(training), "augmentation": training.policy, "dataset": data.name}
    if data.fingerprint is not None:
        recorded["dataset_content"] = data.fingerprint
    else:
        recorded["dataset_images"] = _checksums(data)
    if data.remarks:
        recorded["remarks"] = list(data.remarks)
    with contextlib.redirect_stdout(io.StringIO()):  # KerasTuner prints that it reloads
        return MemNASTuner(
            hypermodel, training=recorded, tensorboard=True, class_names=data.labels, **search
        )


def _checksums(data: ImageDataset) -> str:
    """Tell the images of a named set from others: another version of it, or another split."""
    arrays = (data.train_images, data.train_labels, data.validation_images, data.validation_labels)
    checksums = "-".join(array_checksum(array) for array in arrays)
    return f"{data.train_count}+{data.validation_count} images, {checksums}"


def fit_arguments(data: ImageDataset, training: TrainingSettings, seed: int) -> dict[str, Any]:
    """Return what a trial's `fit`, and so a tuner's `search`, is called with.

    Args:
        data: The data set.
        training: How a trial is trained.
        seed: The seed of the order and the augmentation of images.

    Returns:
        Arguments by name.
    """
    normalisation: dict[str, Any] = {"mean": data.mean, "std": data.std}
    return {
        "x": training_pipeline(
            data.train_images,
            data.train_labels,
            batch_size=training.batch_size,
            augmentation=training.policy,
            seed=seed,
            **normalisation,
        ),
        "validation_data": evaluation_pipeline(
            data.validation_images,
            data.validation_labels,
            batch_size=EVALUATION_BATCH,
            **normalisation,
        ),
        "epochs": training.epochs,
        "steps_per_epoch": steps_per_epoch(len(data.train_images), training.batch_size),
        "shuffle": False,  # the pipeline shuffles, and Keras would warn that it cannot
        "verbose": 0,
    }


def run_search(tuner: MemNASTuner, data: ImageDataset, training: TrainingSettings) -> None:
    """Run a search to its end.

    Args:
        tuner: The tuner.
        data: The data set.
        training: How a trial is trained.
    """
    tuner.search(**fit_arguments(data, training, tuner.settings.seed))
