"""Errors of the libraries in the words of the command line."""

from __future__ import annotations

import re

import click

from memnas_tf.errors import MemNASError


def with_option_names(error: MemNASError, command: click.Command | None) -> str:
    """Name the arguments that an error speaks of as the options that stand for them.

    Args:
        error: The error.
        command: The command that was given; None for none.

    Returns:
        The error's message. An argument that the command has no option for keeps its name.
    """
    message = str(error)
    parameters = command.params if command else []
    options = {one.name: one.opts[0] for one in parameters if isinstance(one, click.Option)}
    for name in error.arguments:
        # The way out stands at the end; what somebody else has said may stand before it.
        message = re.sub(
            rf"(.*)\b{name}\b", rf"\g<1>{options.get(name, name)}", message, count=1, flags=re.S
        )
    return message
