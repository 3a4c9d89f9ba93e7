"""Options of the command line that follow from knobs, and the objects made of them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass
from typing import Any

import click

from memnas_cli.options.completion import complete_dataset
from memnas_cli.options.shapes import Counts, Names, Quantity, Size
from memnas_tf import knob_kinds as kinds
from memnas_tf.knobs import Knob, knobs_of

Command = Callable[..., Any]
_COMPLETED = {"dataset": complete_dataset}


@dataclass(frozen=True)
class ChangesOf:
    """Values that take the place of those of a group's instance; the others are left out.

    Attributes:
        group: The group.
        owner: Whose values hold otherwise, for people.
    """

    group: type
    owner: str


def takes(
    defaults: Mapping[str, Any] | None = None, **groups: type | ChangesOf
) -> Callable[[Command], Command]:
    """Give a command the options of groups of knobs, and hand it an object of each.

    Args:
        defaults: Other defaults than those of the knobs, by name.
        **groups: Each group by the name under which the command takes its object: an instance, or
            the values by name of `ChangesOf` one. It takes all else by name.

    Returns:
        A decorator.
    """

    def decorate(function: Command) -> Command:
        @functools.wraps(function)
        def call(**values: Any) -> Any:
            made = {name: _made(group, values) for name, group in groups.items()}
            return function(**made, **values)

        command: Command = call
        for group in reversed(groups.values()):
            for option in reversed(_options(group, defaults or {})):
                command = option(command)
        return command

    return decorate


def _made(group: type | ChangesOf, values: dict[str, Any]) -> Any:
    kind = group.group if isinstance(group, ChangesOf) else group
    given = {name: values.pop(name) for name in knobs_of(kind)}
    # What nobody has given is as the knob says.
    given = {name: value for name, value in given.items() if value is not None}
    return given if isinstance(group, ChangesOf) else kind(**given)


def _options(
    group: type | ChangesOf, defaults: Mapping[str, Any]
) -> list[Callable[[Command], Command]]:
    if isinstance(group, ChangesOf):
        return [
            _option(name, knob, None, knob.unset or group.owner)
            for name, (knob, _) in knobs_of(group.group).items()
        ]
    return [
        _option(name, knob, defaults.get(name, field.default), knob.unset)
        for name, (knob, field) in knobs_of(group).items()
    ]


def _option(name: str, knob: Knob, default: Any, unset: str | None) -> Callable[[Command], Command]:
    flags = knob.flags or (f"--{name.replace('_', '-')}",)
    settings = {"help": knob.help, "shell_complete": _COMPLETED.get(name), **_type(knob.kind)}
    if isinstance(knob.kind, kinds.Flag):
        flags = flags if default is False else (f"{flags[0]}/--no-{flags[0][2:]}",)
    if default is MISSING:
        settings["required"] = True
    elif default in (None, ()):
        settings |= {"default": None, "show_default": unset or False}
    else:
        text = isinstance(default, tuple)
        settings["default"] = settings["type"].text(default) if text else default
    return click.option(*flags, name, **settings)


def _type(kind: kinds.Kind) -> dict[str, Any]:
    """Return click's way to say what an option may be."""
    if isinstance(kind, kinds.Flag):
        return {"is_flag": True}
    if isinstance(kind, kinds.Whole):
        return {"type": click.IntRange(kind.least, kind.most), "metavar": kind.unit}
    if isinstance(kind, kinds.Real):
        limits = {"min_open": kind.above, "max_open": kind.below}
        return {"type": click.FloatRange(kind.low, kind.high, **limits), "metavar": kind.unit}
    if isinstance(kind, kinds.OneOf):
        by_text = {str(known): known for known in kind.known}
        return {
            "type": click.Choice(list(by_text)),
            "callback": lambda context, option, value: by_text.get(value),
        }
    if isinstance(kind, kinds.Several):
        return {"type": Counts(kind.what, kind.example)}
    if isinstance(kind, kinds.Names):
        return {"type": Names(kind.known)}
    if isinstance(kind, kinds.Size):
        return {"type": Size(*kind.names)}
    if isinstance(kind, kinds.Quantity):
        return {"type": Quantity(kind)}
    if isinstance(kind, kinds.Folder):
        return {"type": click.Path(file_okay=False), "metavar": kind.unit}
    if isinstance(kind, kinds.Text):
        return {"metavar": kind.unit}
    raise TypeError(f"the command line has no option for {kind!r}")
