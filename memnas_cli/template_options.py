"""The options that size a network of ours, shared by the commands that look at one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from memnas_cli.shapes import COUNT, Size
from memnas_tf.template import DEFAULT_BLOCKS, DEFAULT_FILTERS

_OPTIONS = (
    click.option(
        "--input-shape",
        default="32x32x3",
        type=Size("height", "width", "channels"),
        help="Size of an image, in pixels.",
    ),
    click.option(
        "--classes", default=10, type=click.IntRange(min=2), metavar="N", help="Number of classes."
    ),
    click.option(
        "--filters",
        default=DEFAULT_FILTERS,
        type=COUNT,
        help="Output channels of every operation.",
    ),
    click.option("--blocks", default=DEFAULT_BLOCKS, type=COUNT, help="Blocks of the network."),
)


def template_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of `memnas_tf.cifar_template`.

    Args:
        command: A function that takes `input_shape`, `classes`, `filters` and `blocks`.

    Returns:
        The function with its options.
    """
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
