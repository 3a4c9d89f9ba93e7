"""The options that choose images to train on, shared by the commands that train."""

from __future__ import annotations

from typing import Any

import click

from memnas_cli.completion import complete_dataset
from memnas_cli.shapes import Size

_HELP = (
    "A data set of tensorflow_datasets, or a folder of images: train/CLASS/*.jpg and "
    "test/CLASS/*.jpg, or CLASS/*.jpg."
)
_NAMED: dict[str, Any] = {
    "metavar": "NAME|FOLDER",
    "shell_complete": complete_dataset,
    "help": _HELP,
}
DATASET_OPTION = click.option("--dataset", default="digits", **_NAMED)
DATASET_OR_SOURCE_OPTION = click.option(
    "--dataset",
    show_default="what ARCHITECTURE was made on, with its image size and augmentation; else digits",
    **_NAMED,
)
IMAGE_OPTIONS = (
    click.option(
        "--data-dir",
        type=click.Path(file_okay=False),
        metavar="FOLDER",
        help="Where tensorflow_datasets keeps its data sets.",
        show_default="~/tensorflow_datasets",
    ),
    click.option(
        "--image-size",
        type=Size("height", "width"),
        help="Resize all images, in pixels; where sizes differ, memnas train alone does without.",
        show_default="as is",
    ),
    click.option(
        "--limit",
        type=click.IntRange(min=2),
        metavar="IMAGES",
        help="Use only so many training images.",
        show_default="all",
    ),
    click.option(
        "--augmentation",
        type=click.Choice(["paper", "crop-flip", "crop", "none"]),
        help="Crop, flip and cutout; without cutout; crop alone; or none.",
        show_default="crop for sets of letters and digits, crop-flip if streamed, else paper",
    ),
)
