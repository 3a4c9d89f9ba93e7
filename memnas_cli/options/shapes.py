"""Numbers as people type them: 32x32x3 of an image, 48,96 filters, 256kB of memory, a count."""

from __future__ import annotations

import re
from typing import Any

import click

from memnas_tf import knob_kinds
from memnas_tf.errors import ConfigError
from memnas_tf.registry import Registry


class _Count(click.IntRange):
    name = "n"


COUNT = _Count(min=1)


class Size(click.ParamType):
    """Whole numbers with an x between them.

    Args:
        names: What the numbers are, in order.
    """

    def __init__(self, *names: str) -> None:
        self.names = names
        self.name = "x".join(names)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Read the numbers, or refuse what is none."""
        if isinstance(value, tuple):
            return value
        numbers = re.findall(r"\d+", value)
        if len(numbers) != len(self.names) or "x".join(numbers) != value.lower():
            side = numbers[0] if numbers else "32"
            example = "x".join([side, side, "3"][: len(self.names)])
            self.fail(
                f"{value!r} is not {' x '.join(self.names)}; type {len(self.names)} whole numbers, "
                f"such as {example}",
                param,
                ctx,
            )
        return tuple(map(int, numbers))

    def text(self, value: tuple[int, ...]) -> str:
        """Write numbers as they are read."""
        return "x".join(map(str, value))


class Counts(click.ParamType):
    """A count, or several with commas between them.

    Args:
        what: What is counted.
        example: Counts to type.
    """

    name = "n[,n...]"

    def __init__(self, what: str, example: str) -> None:
        self.what = what
        self._example = example

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Read the numbers, or refuse what is none."""
        if isinstance(value, tuple):
            return value
        if not re.fullmatch(r"[1-9][0-9]{0,5}(,[1-9][0-9]{0,5})*", str(value)):
            refusal = f"{value!r} is no number of {self.what}; type {self._example}"
            self.fail(refusal, param, ctx)
        return tuple(map(int, str(value).split(",")))

    def text(self, value: tuple[int, ...]) -> str:
        """Write numbers as they are read."""
        return ",".join(map(str, value))


class Names(click.ParamType):
    """Names with commas between them.

    Args:
        registry: What they name.
    """

    name = "name[,name...]"

    def __init__(self, registry: Registry[Any]) -> None:
        self._registry = registry

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Read the names, each once, or refuse one that there is not."""
        if isinstance(value, tuple):
            return value
        names = tuple(dict.fromkeys(name.strip() for name in value.split(",")))
        try:
            for name in names:
                self._registry.require(name)
        except ConfigError as error:
            self.fail(str(error), param, ctx)
        return names

    def text(self, value: tuple[str, ...]) -> str:
        """Write names as they are read."""
        return ",".join(value)


def flag_of(option: click.Parameter) -> str:
    """Return how an option is spelled: the first of its long flags, or an argument's name."""
    return next((flag for flag in option.opts if flag.startswith("--")), option.opts[0])


def as_typed(option: click.Parameter, value: Any) -> str:
    """Write an option's value as a person types it.

    Args:
        option: The option.
        value: Its value.

    Returns:
        The text.
    """
    if isinstance(value, tuple) and isinstance(option.type, Size | Counts | Names):
        return option.type.text(value)
    return str(value)


class Quantity(click.ParamType):
    """A number, with or without a unit.

    Args:
        kind: What it is a number of.

    Attributes:
        shown: What it is, for people.
    """

    def __init__(self, kind: knob_kinds.Quantity) -> None:
        self._kind = kind
        self.name = kind.unit.lower()
        number = kind.parse(kind.example)
        self.shown = f'a number of {kind.unit}, such as {number} or "{kind.example}"'

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the number, or refuse what is none."""
        try:
            return self._kind.parse(value)
        except ConfigError as error:
            self.fail(str(error), param, ctx)
