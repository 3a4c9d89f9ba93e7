"""A command's options in a TOML file: `--config FILE`. Flags win over it."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from memnas_cli.options.shapes import Counts, Quantity
from memnas_tf.data.image_folder import is_image_folder
from memnas_tf.devices import is_device_file
from memnas_tf.documents.json_text import check_plain
from memnas_tf.documents.toml_text import read_toml
from memnas_tf.errors import ConfigError

# What is asked of one run of a command, and is no setting of what it makes.
_FLAGS_ALONE = frozenset({"config", "overwrite", "quiet", "json", "help"})


def _use_file(context: click.Context, option: click.Parameter, path: str | None) -> None:
    if path is not None:
        context.default_map = read_config(Path(path), context.command)


config_option = click.option(
    "--config",
    type=click.Path(dir_okay=False),
    metavar="FILE.toml",
    is_eager=True,
    expose_value=False,
    callback=_use_file,
    help="Take options from a TOML file: seed = 1. Flags win over it.",
)


def known_keys(command: click.Command) -> dict[str, click.Parameter]:
    """List what a configuration file of a command may set.

    Args:
        command: The command.

    Returns:
        Its options and arguments by key, which is the flag without its dashes in front; an option
        with several flags is there under each.
    """
    keys = {flag.removeprefix("--"): option for option in command.params for flag in option.opts}
    return {key: option for key, option in keys.items() if key not in _FLAGS_ALONE}


def read_config(path: Path, command: click.Command) -> dict[str, Any]:
    """Read a configuration file.

    Args:
        path: The file. Paths in it start from its folder.
        command: Whose options it sets.

    Returns:
        Values by parameter, as they would be typed.

    Raises:
        ConfigError: It cannot be read, or it has an unknown key or a value that is none of its
            option; the message names the line.
    """
    text, document = read_toml(path, "TOML that a command takes")
    known = known_keys(command)
    values = {}
    for key, value in document.items():
        where = f"{path}{_line(text, key)}"
        option = _find(key, known, where)
        values[str(option.name)] = _checked(key, value, option, where, path.parent)
    return values


def _find(key: str, known: Mapping[str, click.Parameter], where: str) -> click.Parameter:
    if key in known:
        return known[key]
    if key in _FLAGS_ALONE:
        raise ConfigError(f"{where}: {key} is for the command line alone; give it as --{key}")
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    raise ConfigError(f"{where}: unknown key {key!r}; {hint}the keys are {', '.join(known)}")


def _checked(key: str, value: Any, option: click.Parameter, where: str, base: Path) -> Any:
    try:
        check_plain(value)
    except ValueError as error:
        raise ConfigError(f"{where}: {key}: {error}") from error
    kinds, name = _kinds(option)
    if type(value) not in kinds:
        raise ConfigError(f"{where}: {key} is {_shown(value)}; it must be {name}")
    if isinstance(option.type, click.Choice):
        value = str(value)
    try:
        option.type.convert(value, option, None)
    except click.BadParameter as error:
        raise ConfigError(f"{where}: {key}: {error.message}") from error
    # What an argument names may be a path, too.
    is_path = isinstance(option, click.Argument) and os.path.exists(base / value)
    is_path = is_path or (key == "device" and is_device_file(value))
    if isinstance(option.type, click.Path) or is_path:
        return os.path.normpath(base / os.path.expanduser(value))
    if key == "dataset" and is_image_folder(value, base):
        folder = os.path.normpath(base / os.path.expanduser(value))
        # Or it could be taken for a name.
        return folder if os.path.isabs(folder) else os.path.join(os.curdir, folder)
    return value


def _kinds(option: click.Parameter) -> tuple[tuple[type, ...], str]:
    kind = option.type
    if getattr(option, "is_flag", False):
        return (bool,), "true or false"
    if isinstance(kind, type(click.INT)):
        return (int,), "a whole number"
    if isinstance(kind, type(click.FLOAT)):
        return (int, float), "a number"
    if isinstance(kind, Quantity):
        return (int, str), kind.shown
    if isinstance(kind, Counts):
        return (int, str), f"a number of {kind.what}, or several in quotes with commas between"
    if isinstance(kind, click.Choice) and all(choice.isdecimal() for choice in kind.choices):
        return (int,), f"one of {', '.join(kind.choices)}"
    return (str,), "text in quotes"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "a table"
    return repr(value)


def _line(text: str, key: str) -> str:
    # tomllib does not tell where a value stood.
    pattern = re.compile(rf"""\s*\[*\s*["']?{re.escape(key)}["']?\s*[=.\]]""")
    for number, line in enumerate(text.splitlines(), 1):
        if pattern.match(line):
            return f", line {number}"
    return ""
