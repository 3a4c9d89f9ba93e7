"""What a knob may be: numbers in a range, one of several, quantities of memory."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from memnas_tf.errors import ConfigError
from memnas_tf.registry import Registry


class Kind:
    """Anything at all; the kinds below say more.

    Attributes:
        is_number: Whether what is refused is told what may stand there instead of a number.
        choices_text: What there is to choose from, as a sentence with a space in front.
        nothing: What a knob is that is not set.
    """

    is_number = False
    choices_text = ""
    nothing: Any = None

    def read(self, name: str, value: Any) -> Any:
        """Check a value, and return it in the one form in which it is kept.

        Raises:
            ConfigError: If it is none of the kind.
        """
        del name
        return value


ANYTHING = Kind()


@dataclass(frozen=True)
class Flag(Kind):
    """Yes or no."""


@dataclass(frozen=True)
class Text(Kind):
    """Text.

    Attributes:
        unit: What it is, for people.
    """

    unit: str = "TEXT"


@dataclass(frozen=True)
class Folder(Text):
    """The path of a folder."""

    unit: str = "FOLDER"


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number.

    Attributes:
        least: The smallest.
        most: The largest; None for any.
        unit: What is counted, for people.
    """

    least: int = 1
    most: int | None = None
    unit: str = "N"
    is_number = True

    def read(self, name: str, value: Any) -> int:
        """Check a number."""
        whole = is_whole(value)
        if not whole or value < self.least or (self.most is not None and value > self.most):
            most = "" if self.most is None else f" and at most {self.most}"
            raise ConfigError(
                f"{name} is {value!r}; it must be a whole number, at least {self.least}{most}"
            )
        return int(value)


@dataclass(frozen=True)
class Real(Kind):
    """A number.

    Attributes:
        low: The smallest; with `above` what it must be above.
        high: The largest; with `below` what it must be below; None for any.
        above: Whether `low` itself is refused.
        below: Whether `high` itself is refused.
        unit: What it is, for people.
    """

    low: float = 0
    high: float | None = None
    above: bool = False
    below: bool = False
    unit: str = "NUMBER"
    is_number = True

    def read(self, name: str, value: Any) -> Any:
        """Check a number."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and math.isfinite(value) and self._holds(value):
            return value
        raise ConfigError(f"{name} is {value!r}; it must {self._range()}")

    def _holds(self, value: float) -> bool:
        if value < self.low or (self.above and value == self.low):
            return False
        if self.high is None:
            return True
        return value < self.high or (value == self.high and not self.below)

    def _range(self) -> str:
        low = f"be above {self.low:g}" if self.above else f"be at least {self.low:g}"
        if self.high is None:
            return low
        if not (self.above or self.below):
            return f"lie between {self.low:g} and {self.high:g}"
        return f"{low} and {'below' if self.below else 'at most'} {self.high:g}"


@dataclass(frozen=True)
class OneOf(Kind):
    """One of several values, or a registered thing, by its name or itself.

    Attributes:
        known: The values, or what they name.
    """

    known: Collection[Any]

    def read(self, name: str, value: Any) -> Any:
        """Check a value; of a registered thing return the name."""
        if isinstance(self.known, Registry):
            return self.known.name_of(value)
        if isinstance(value, bool) or value not in self.known:
            known = ", ".join(map(str, self.known))
            raise ConfigError(f"{name} is {value!r}; use one of {known}")
        return value

    @property
    def choices_text(self) -> str:  # type: ignore[override]
        """What there is to choose from."""
        if isinstance(self.known, Registry):
            return f" The name of a registered {self.known.kind}, or itself."
        return f" One of {', '.join(map(repr, self.known))}."


@dataclass(frozen=True)
class Names(Kind):
    """Names of registered things, or these themselves.

    Attributes:
        known: The things.
    """

    known: Registry[Any]

    def read(self, name: str, value: Any) -> tuple[str, ...]:
        """Check each, and return the names."""
        given = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        if not given:
            raise ConfigError(
                f"{name} is empty; name at least one, such as {next(iter(self.known))}"
            )
        return tuple(map(self.known.name_of, given))

    @property
    def choices_text(self) -> str:  # type: ignore[override]
        """What there is to choose from."""
        return f" Names of registered {self.known.kind}s, or these themselves."


@dataclass(frozen=True)
class Several(Kind):
    """A count, or a tuple of them.

    Attributes:
        what: What is counted.
        example: Counts to type.
    """

    what: str
    example: str

    def read(self, name: str, value: Any) -> int | tuple[int, ...]:
        """Check each."""
        if not isinstance(value, Sequence) or isinstance(value, str):
            return Whole().read(name, value)
        if not value:
            raise ConfigError(f"{name} is empty; give one number or several")
        return tuple(Whole().read(name, one) for one in value)


@dataclass(frozen=True)
class Ascending(Several):
    """Counts of which each is larger than the one before; there may be none."""

    nothing = ()

    def read(self, name: str, value: Any) -> tuple[int, ...]:
        """Check all of them."""
        given = tuple(value) if isinstance(value, Sequence) else (value,)
        whole = all(map(is_whole, given))
        if not whole or any(b <= a for a, b in zip((0, *given), given, strict=False)):
            raise ConfigError(
                f"{name} are {', '.join(map(repr, given))}; they must be whole numbers of "
                f"{self.what}, at least 1, in ascending order"
            )
        return given


@dataclass(frozen=True)
class Size(Kind):
    """Counts of which each has its own meaning.

    Attributes:
        names: What the numbers are, in order.
    """

    names: tuple[str, ...]

    def read(self, name: str, value: Any) -> tuple[int, ...]:
        """Check each."""
        whole = isinstance(value, Sequence) and all(is_whole(one) and one >= 1 for one in value)
        if not whole or len(value) != len(self.names):
            raise ConfigError(
                f"{name} is {value!r}; it must be {', '.join(self.names)} as whole numbers, at "
                "least 1"
            )
        return tuple(value)


@dataclass(frozen=True)
class Quantity(Kind):
    """A number, with or without a unit.

    Attributes:
        parse: Reads one that a person wrote.
        unit: What it is a number of, for people.
        example: One to type.
    """

    parse: Callable[[int | str], int]
    unit: str
    example: str

    def read(self, name: str, value: Any) -> int:
        """Read the number."""
        try:
            return self.parse(value)
        except ConfigError as error:
            raise ConfigError(f"{name}: {error}") from None


def is_whole(value: object) -> bool:
    """Tell whether a value is a whole number, which True and False are not."""
    return isinstance(value, int) and not isinstance(value, bool)
