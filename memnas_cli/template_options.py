"""The options that size a network of ours, shared by the commands that look at one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from memnas_cli.shapes import COUNT, Counts, Size
from memnas_tf.template import DEFAULT_BLOCKS, DEFAULT_FILTERS

_OPTIONS = (
    click.option(
        "--input-shape",
        type=Size("height", "width", "channels"),
        help="Size of an image, in pixels.",
        show_default="the source's, else 32x32x3",
    ),
    click.option(
        "--classes",
        type=click.IntRange(min=2),
        metavar="N",
        help="Number of classes.",
        show_default="the source's, else 10",
    ),
    click.option(
        "--filters",
        type=Counts("filters", "64, or 48,96,192,384 for the quarters of the network"),
        help="Output channels of every operation, or of those of equal parts of the network.",
        show_default=f"the source's, else {DEFAULT_FILTERS}",
    ),
    click.option(
        "--blocks",
        type=COUNT,
        help="Blocks of the network.",
        show_default=f"the source's, else {DEFAULT_BLOCKS}",
    ),
)


def template_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of `memnas_cli.source_template.sized_template`.

    Args:
        command: A function that takes `input_shape`, `classes`, `filters` and `blocks`.

    Returns:
        The function with its options.
    """
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
