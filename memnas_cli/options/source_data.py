"""The images that a network's source was made on, and what a training makes of that."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from memnas_cli.options.config_file import read_config
from memnas_cli.options.options_file import SEARCH_FILE, TRAIN_FILE
from memnas_tf.data.image_folder import find_images, is_image_folder
from memnas_tf.errors import ConfigError, DataError
from memnas_tf.training.directory import is_training, load_plan
from memnas_tf.training.network_files import FOLDER
from tuner.history import ORACLE_FILE, load_search

DEFAULT_DATASET = "digits"


@dataclass(frozen=True)
class ImageChoice:
    """Which images a network is trained on, and how they are read.

    Attributes:
        dataset: The name of a data set, or the path of a folder of images; None where a source
            does not tell.
        data_dir: Where tensorflow_datasets keeps it; None for its default.
        image_size: Height and width to bring images to; None for their own.
        augmentation: The augmentation policy; None for the data set's default.
        name: The data set's name, without a path.
        content: What tells a folder's files from others; None for a set known by name.
        source: What was made on them: a search or a training; nothing if that does not count.
    """

    dataset: str | None
    data_dir: str | None = None
    image_size: tuple[int, int] | None = None
    augmentation: str | None = None
    name: str | None = None
    content: str | None = None
    source: str = ""


def source_images(source: str) -> ImageChoice | None:
    """Tell which images a search or a training was made on.

    Args:
        source: What `memnas_tf.genotype.load_genotype` takes.

    Returns:
        The images, as far as the source tells; None of what is an architecture alone.

    Raises:
        MemNASError: If a search or a training cannot be read.
    """
    path = Path(source)
    folder = path.parent if path.suffix == ".keras" else path
    if folder.name == FOLDER and os.path.exists(folder.parent / ORACLE_FILE):
        folder = folder.parent
    if is_training(folder):
        plan = load_plan(folder)
        known: dict[str, Any] = {
            **{"dataset": plan.dataset, "dataset_content": plan.dataset_content},
            "image_size": plan.template.input_shape[:2],
            "augmentation": plan.recipe.augmentation,
        }
        options = _options(folder / TRAIN_FILE)
    elif os.path.exists(folder / ORACLE_FILE):
        known = dict(load_search(folder).settings.training)
        options = _options(folder / SEARCH_FILE)
    else:
        return None
    content, size = known.get("dataset_content"), known.get("image_size")
    return ImageChoice(
        # Of a folder the name alone is part of the settings, as it may be moved.
        dataset=known.get("dataset") if content is None else options.get("dataset"),
        data_dir=options.get("data_dir"),
        image_size=None if size is None else (size[0], size[1]),
        augmentation=known.get("augmentation"),
        name=known.get("dataset"),
        content=content,
        source=str(source),
    )


def choose_images(source: str, asked: ImageChoice) -> ImageChoice:
    """Choose what to train a network on: what is asked for, and else what its source was made on.

    Args:
        source: What `memnas_tf.genotype.load_genotype` takes.
        asked: What is asked for, None for what is not. Of the same images as the source's, wherever
            they lie by now, size and augmentation are the source's, too.

    Returns:
        The choice.

    Raises:
        ConfigError: If the source does not tell its images, or they are not there any more, or
            not the same.
        MemNASError: If the source cannot be read.
    """
    known = source_images(source)
    if known is None:
        return replace(asked, dataset=asked.dataset or DEFAULT_DATASET)
    if asked.dataset is None:
        known = replace(known, dataset=_dataset_there(known))
    elif _is_other(asked, known):
        return asked
    return ImageChoice(
        dataset=asked.dataset or known.dataset,
        data_dir=asked.data_dir or known.data_dir,
        image_size=asked.image_size or known.image_size,
        augmentation=asked.augmentation or known.augmentation,
        name=known.name,
        content=known.content,
        source=source,
    )


def _dataset_there(known: ImageChoice) -> str:
    """Return the data set of a source, which has to be there as it was."""
    if known.name is None:
        raise ConfigError(
            f"{known.source!r} does not tell what images it was made on; name them with --dataset"
        )
    if known.dataset is None:
        raise ConfigError(
            f"{known.source!r} was made on a folder of images named {known.name!r}, and does not "
            "tell where it lies; name it with --dataset"
        )
    if known.content is None:
        return known.dataset
    try:
        content = find_images(known.dataset, seed=0).fingerprint()
    except DataError as error:
        raise ConfigError(
            f"{known.source!r} was made on the images in {known.dataset!r}, which cannot be read "
            f"any more ({error}); name where they lie now with --dataset"
        ) from error
    if content != known.content:
        raise ConfigError(
            f"{known.source!r} was made on other images than there are in {known.dataset!r} now "
            f"({known.content} then, {content} now); bring them back, or name the images to use "
            "with --dataset"
        )
    return known.dataset


def _is_other(asked: ImageChoice, known: ImageChoice) -> bool:
    name = str(asked.dataset)
    if not is_image_folder(name):
        return known.content is not None or name != known.name
    return known.content is None or find_images(name, seed=0).fingerprint() != known.content


def _options(path: Path) -> dict[str, Any]:
    """Read the options that a search or a training was made with; none without the file."""
    from memnas_cli.commands.search import search
    from memnas_cli.commands.train import train

    if not path.is_file():
        return {}
    command: click.Command = search if path.name == SEARCH_FILE else train
    return read_config(path, command)
