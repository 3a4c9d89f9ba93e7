"""`search.toml` or `train.toml` in a directory: the options that make the same again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import tomli_w

from memnas_cli.options.config_file import known_keys
from memnas_cli.options.shapes import as_typed, flag_of
from memnas_tf.data.image_folder import is_image_folder
from memnas_tf.devices import is_device_file
from memnas_tf.files import write_text

SEARCH_FILE = "search.toml"
TRAIN_FILE = "train.toml"
# How many train at once changes nothing of what is found.
_LEFT_OUT = frozenset({"workers"})


def write_options_file(
    path: Path, command: click.Command, options: Mapping[str, Any], what: str
) -> None:
    """Write the options of a command into the directory of what it makes, atomically.

    Args:
        path: The file, in that directory.
        command: The command.
        options: Their values by name.
        what: What the command makes, such as "search".
    """
    settings = {
        flag_of(option).removeprefix("--"): _value(option, options[str(option.name)], path.parent)
        for key, option in known_keys(command).items()
        if key not in _LEFT_OUT and options.get(str(option.name)) not in (None, ())
    }
    # Beside its file the directory is found, wherever both are moved.
    place = "directory" if "directory" in options else "to"
    settings[place] = os.path.relpath(options[place], path.parent)
    again = f"memnas {command.name} --config {path.name}"
    comment = f"# Make this {what} again, or go on with it: {again}\n"
    write_text(path, comment + tomli_w.dumps(settings))


def _value(option: click.Parameter, value: Any, directory: Path) -> Any:
    if isinstance(value, tuple):
        return as_typed(option, value)  # TOML has no such thing
    is_path = (
        isinstance(option.type, click.Path)
        or (option.name == "dataset" and is_image_folder(value))
        or (option.name == "device" and is_device_file(value))
    )
    if is_path and not os.path.isabs(os.path.expanduser(value)):
        return os.path.relpath(value, directory)
    return value
