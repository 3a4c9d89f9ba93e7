"""The argument and the options of `memnas train`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import click

from memnas_cli.completion import complete_source
from memnas_cli.config_file import config_option
from memnas_cli.data_options import DATASET_OR_SOURCE_OPTION, IMAGE_OPTIONS
from memnas_cli.shapes import COUNT, Counts
from memnas_cli.source_template import TEMPLATES
from memnas_tf.training.recipe import COURSES, DEFAULT_RECIPE, RECIPES, Recipe

# What a value of the recipe's own is, for people.
_RECIPE_S = "the recipe's"
_PART = click.FloatRange(0, 1, max_open=True)
_AT_LEAST_0 = click.FloatRange(0)

_DATA = (
    DATASET_OR_SOURCE_OPTION,
    *IMAGE_OPTIONS,
    click.option(
        "--validation-fraction",
        default=0.0,
        type=_PART,
        metavar="FRACTION",
        help="Part of the training images to hold out and measure accuracy on after every epoch.",
    ),
)
_NETWORK = (
    click.option(
        "--template",
        type=click.Choice(list(TEMPLATES)),
        help="How blocks make a network: the paper's for small images, or for 224x224.",
        show_default="that of the source, else cifar",
    ),
    click.option(
        "--filters",
        type=Counts("filters", "64, or 48,96,192,384 for the quarters of the network"),
        help="Output channels of every operation; several numbers are those of equal parts of the "
        "network.",
        show_default="those of the source, else the template's",
    ),
    click.option(
        "--blocks",
        type=COUNT,
        help="Blocks of the network, which repeat those of the architecture.",
        show_default="as for filters",
    ),
)
_RECIPE = (
    click.option(
        "--recipe",
        "recipe_name",
        default=DEFAULT_RECIPE,
        type=click.Choice(list(RECIPES)),
        help="How to train; the options below change values of it.",
    ),
    click.option("--epochs", type=COUNT, help="Epochs.", show_default=_RECIPE_S),
    click.option("--batch-size", type=COUNT, help="Images in a step.", show_default=_RECIPE_S),
    click.option(
        "--learning-rate",
        type=click.FloatRange(0, min_open=True),
        metavar="NUMBER",
        help="The highest learning rate.",
        show_default=_RECIPE_S,
    ),
    click.option(
        "--schedule",
        type=click.Choice(COURSES),
        help="How the learning rate falls.",
        show_default=_RECIPE_S,
    ),
    click.option(
        "--warm-up-epochs",
        type=click.IntRange(min=0),
        metavar="N",
        help="Epochs in which the learning rate rises first.",
        show_default=_RECIPE_S,
    ),
    click.option(
        "--nesterov/--no-nesterov",
        default=None,
        help="Whether momentum looks ahead.",
        show_default=_RECIPE_S,
    ),
    click.option(
        "--weight-decay",
        type=_AT_LEAST_0,
        metavar="NUMBER",
        help="What part of each weight goes in a step, times the learning rate.",
        show_default=_RECIPE_S,
    ),
    click.option(
        "--label-smoothing",
        type=_PART,
        metavar="FRACTION",
        help="What part of a label is spread over all classes.",
        show_default=_RECIPE_S,
    ),
    click.option(
        "--mixup",
        type=_AT_LEAST_0,
        metavar="ALPHA",
        help="How much images are mixed; 0 for not at all.",
        show_default=_RECIPE_S,
    ),
    click.option(
        "--ema-epochs",
        type=_AT_LEAST_0,
        metavar="NUMBER",
        help="Epochs over which weights are averaged; 0 for none.",
        show_default=_RECIPE_S,
    ),
)
_RUN = (
    click.option(
        "--seed",
        default=0,
        type=click.IntRange(min=0),
        metavar="N",
        help="Of every random choice; the same gives the same network.",
    ),
    click.option(
        "--mixed-precision",
        type=click.Choice(["auto", "bfloat16", "float16"]),
        help="Compute in 16 bits; auto takes what fits the device.",
        show_default="compute in 32",
    ),
    click.option(
        "--devices", default=1, type=COUNT, help="Devices of this machine that share the training."
    ),
    click.option(
        "--directory",
        required=True,
        type=click.Path(file_okay=False),
        metavar="FOLDER",
        help="Where the training is kept, and goes on from.",
    ),
    click.option("--overwrite", is_flag=True, help="Start anew where a training is; delete it."),
    config_option,
    click.option("--quiet", is_flag=True, help="Print the result alone."),
    click.option(
        "--json",
        "as_json",
        is_flag=True,
        help="Print the result as JSON for a script, in bytes; the course goes to stderr.",
    ),
)


def train_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the argument and the options of a training.

    Args:
        command: A function that takes them by name.

    Returns:
        The function with its options.
    """
    for option in reversed((*_DATA, *_NETWORK, *_RECIPE, *_RUN)):
        command = option(command)
    return click.argument("architecture", shell_complete=complete_source)(command)


def recipe_values(options: dict[str, Any]) -> dict[str, Any]:
    """Pick what a recipe is made of from a command's options, None for what nobody gave."""
    return {field.name: options[field.name] for field in fields(Recipe)}
