"""`search.toml` in a search's directory: the options that make the same search again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import tomli_w

from memnas_cli.config_file import known_keys
from memnas_tf.data.image_folder import is_image_folder
from memnas_tf.files import write_text

SEARCH_FILE = "search.toml"
# How many train at once changes nothing of what is found.
_LEFT_OUT = frozenset({"workers"})


def write_search_file(project: Path, command: click.Command, options: Mapping[str, Any]) -> None:
    """Write the options of a search into its directory, atomically.

    Args:
        project: The search's directory.
        command: The command.
        options: Their values by name, with the project's.
    """
    settings = {
        key: _value(option, options[str(option.name)], project)
        for key, option in known_keys(command).items()
        if key not in _LEFT_OUT and options.get(str(option.name)) is not None
    }
    # Beside its file a search finds itself, wherever both are moved.
    settings["directory"] = os.path.relpath(options["directory"], project)
    comment = "# Make this search again, or go on with it: memnas search --config search.toml\n"
    write_text(project / SEARCH_FILE, comment + tomli_w.dumps(settings))


def _value(option: click.Option, value: Any, project: Path) -> Any:
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    is_path = isinstance(option.type, click.Path) or (
        option.name == "dataset" and is_image_folder(value)
    )
    if is_path and not os.path.isabs(os.path.expanduser(value)):
        return os.path.relpath(value, project)
    return value
