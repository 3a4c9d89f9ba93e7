"""Knobs: what a person may set, each spelled once, as a field of a dataclass.

A field says what it is for, what it may be, and what it is by default. The command line's options,
the keys of a TOML file, the tuner's keyword arguments and the documentation follow from that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from typing import Any

from memnas_tf.errors import ConfigError
from memnas_tf.knob_kinds import ANYTHING, Kind

_KEY = "knob"


@dataclass(frozen=True)
class Knob:
    """What a field of a group of knobs is.

    Attributes:
        help: What it is for.
        kind: What it may be.
        unset: What holds where it is not set; None of a knob that always has a value.
        flags: How the command line spells it, where its name does not tell.
    """

    help: str
    kind: Kind
    unset: str | None = None
    flags: tuple[str, ...] = ()

    def read(self, name: str, value: Any) -> Any:
        """Check a value, and make it what the knob is.

        Args:
            name: The knob's name.
            value: What a person has set.

        Returns:
            The value, in the one form in which it is kept.

        Raises:
            ConfigError: If it is out of range; the message names both.
        """
        if value is None and self.unset is not None:
            return self.kind.nothing
        try:
            return self.kind.read(name, value)
        except ConfigError as error:
            if self.unset is None or not self.kind.is_number:
                raise
            raise ConfigError(f"{error}, or None for {self.unset}") from None


def knob(
    help: str,
    kind: Kind = ANYTHING,
    default: Any = MISSING,
    *,
    unset: str | None = None,
    flags: tuple[str, ...] = (),
) -> Any:
    """Make a field of a dataclass a knob.

    Args:
        help: What it is for, in a sentence.
        kind: What it may be.
        default: Its value where nobody sets it; None by default where `unset` is given.
        unset: What holds where it is None.
        flags: How the command line spells it, where its name does not tell.

    Returns:
        The field.
    """
    if default is MISSING and unset is not None:
        default = None
    return field(default=default, metadata={_KEY: Knob(help, kind, unset, flags)})


def like(group: type, name: str, default: Any = MISSING, **changes: Any) -> Any:
    """Make a field the same knob as that of another group.

    Args:
        group: The other group.
        name: The knob's name there.
        default: Another default.
        **changes: What else is other than there: attributes of `Knob`.

    Returns:
        The field.
    """
    known = {one.name: one for one in fields(group)}[name]
    made = replace(known.metadata[_KEY], **changes)
    if default is MISSING:
        default = None if changes.get("unset") else known.default
    return field(default=default, metadata={_KEY: made})


def knobs_of(group: type) -> dict[str, tuple[Knob, Field[Any]]]:
    """Return the knobs of a dataclass by name, each with its field."""
    return {one.name: (one.metadata[_KEY], one) for one in fields(group) if _KEY in one.metadata}


def read_knobs(instance: Any, group: type | None = None) -> None:
    """Check every knob of a dataclass that is being made, and keep each in its one form.

    To be called in `__post_init__`.

    Args:
        instance: The instance.
        group: Whose knobs its attributes of the same name are; None for its own class.

    Raises:
        ConfigError: If one is out of range.
    """
    for name, (knob, _) in knobs_of(group or type(instance)).items():
        if hasattr(instance, name):
            object.__setattr__(instance, name, knob.read(name, getattr(instance, name)))


def values_of(*groups: Any) -> dict[str, Any]:
    """Return the values of all knobs of instances of groups, by name."""
    return {name: getattr(one, name) for one in groups for name in knobs_of(type(one))}


def pick(group: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the values that are knobs of a group."""
    known = knobs_of(group)
    return {name: value for name, value in values.items() if name in known}


def describe(
    group: type, shown: Callable[[str], bool] = lambda name: True
) -> list[tuple[str, str]]:
    """Describe the knobs of a group for a docstring.

    Args:
        group: The group.
        shown: Tells whether a knob of a name is among them.

    Returns:
        For each its name, and what it is for.
    """
    described = []
    for name, (knob, _) in knobs_of(group).items():
        if shown(name):
            unset = f" None for {knob.unset}." if knob.unset else ""
            described.append((name, f"{knob.help}{knob.kind.choices_text}{unset}"))
    return described
