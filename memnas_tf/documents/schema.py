"""Values of plain JSON checked against type annotations, and made what these say.

A dataclass is its own schema, so nothing is spelled twice. No value is coerced: text is no number,
a number is no truth value, and a float is finite.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

_LONGEST_SHOWN = 60
_NAMES = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}


class SchemaError(ValueError):
    """Report a value that is not what its place is for."""


def decode(kind: Any, value: Any, place: str = "") -> Any:
    """Check a value, and make it what an annotation says.

    Args:
        kind: A dataclass, a NamedTuple (a list in JSON), int, float, str, bool, None, Any,
            Literal, list, tuple, dict or Mapping by text, a union, or Annotated with functions
            that raise ValueError, such as `at_least` makes. A dataclass has all its attributes,
            and no others.
        value: What `memnas_tf.documents.parse_json` returned.
        place: Where the value stands, for the message.

    Returns:
        The value; of classes an instance.

    Raises:
        SchemaError: If it is none. The message names the place.
    """
    origin = get_origin(kind)
    if kind is Any:
        return value
    if kind in _NAMES:
        return _scalar(kind, value, place)
    if kind is None or kind is type(None):
        return value if value is None else _refuse(value, "null", place)
    if origin is Annotated:
        return _annotated(kind, value, place)
    if origin is Literal:
        named = any(type(value) is type(known) and value == known for known in get_args(kind))
        names = ", ".join(map(repr, get_args(kind)))
        return value if named else _refuse(value, f"one of {names}", place)
    if origin in (Union, types.UnionType):
        return _union(get_args(kind), value, place)
    if origin is list:
        return _items(get_args(kind)[0], value, place)
    if origin is tuple:
        return _tuple(get_args(kind), value, place)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(get_args(kind)[1], value, place)
    if is_dataclass(kind):
        return _instance(kind, value, place)
    return kind(*_tuple(tuple(_hints(kind).values()), value, place))  # a NamedTuple


def at_least(least: float) -> Callable[[Any], None]:
    """Make a check of a number, for Annotated.

    Args:
        least: The smallest that it may be.

    Returns:
        The check.
    """
    return refuse_unless(lambda value: bool(value >= least), f"at least {least}")


def refuse_unless(is_right: Callable[[Any], bool], what: str) -> Callable[[Any], None]:
    """Make a check of a value, for Annotated.

    Args:
        is_right: Whether a value of the right type may stand there.
        what: What it must be, for people.

    Returns:
        The check.
    """

    def check(value: Any) -> None:
        if not is_right(value):
            raise SchemaError(f"is {_shown(value)}; it must be {what}")

    return check


def _scalar(kind: type, value: Any, place: str) -> Any:
    right = (int, float) if kind is float else (kind,)
    if type(value) not in right or (kind is float and not math.isfinite(value)):
        _refuse(value, _NAMES[kind], place)
    return value


def _annotated(kind: Any, value: Any, place: str) -> Any:
    inner, *checks = get_args(kind)
    decoded = decode(inner, value, place)
    for check in filter(callable, checks):
        try:
            check(decoded)
        except SchemaError as error:
            raise SchemaError(f"{place or 'it'} {error}") from None
        except ValueError as error:
            raise SchemaError(f"{place or 'it'}: {error}") from error
    return decoded


def _union(kinds: tuple[Any, ...], value: Any, place: str) -> Any:
    if value is None and type(None) in kinds:
        return None
    others = [kind for kind in kinds if kind is not type(None)]
    for kind in others[:-1]:
        try:
            return decode(kind, value, place)
        except SchemaError:
            continue
    return decode(others[-1], value, place)


def _items(kind: Any, value: Any, place: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        _refuse(value, "a list", place)
    return [decode(kind, item, f"{place}[{index}]") for index, item in enumerate(value)]


def _tuple(kinds: tuple[Any, ...], value: Any, place: str) -> tuple[Any, ...]:
    if kinds[1:] == (Ellipsis,):
        return tuple(_items(kinds[0], value, place))
    if not isinstance(value, list | tuple) or len(value) != len(kinds):
        _refuse(value, f"a list of {len(kinds)}", place)
    pairs = enumerate(zip(kinds, value, strict=True))
    return tuple(decode(kind, item, f"{place}[{index}]") for index, (kind, item) in pairs)


def _mapping(kind: Any, value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        _refuse(value, "an object", place)
    return {key: decode(kind, item, _below(place, key)) for key, item in value.items()}


def _instance(kind: Any, value: Any, place: str) -> Any:
    if not isinstance(value, dict):
        _refuse(value, "an object", place)
    attributes, hints = _attributes(kind), _hints(kind)
    for key in value:
        if key not in attributes:
            raise SchemaError(f"{_below(place, key)} is unknown")
    for key in attributes:
        if key not in value:
            raise SchemaError(f"{_below(place, key)} is missing")
    values = {key: decode(hints[key], item, _below(place, key)) for key, item in value.items()}
    try:
        return kind(**values)
    except ValueError as error:  # from its own checks
        raise SchemaError(f"{place}: {error}" if place else str(error)) from error


@cache
def _attributes(kind: Any) -> tuple[str, ...]:
    return tuple(attribute.name for attribute in fields(kind) if attribute.init)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _below(place: str, key: str) -> str:
    key = _shown(key)[1:-1]
    return f"{place}.{key}" if place else key


def _refuse(value: Any, what: str, place: str) -> Any:
    raise SchemaError(f"{place or 'it'} is {_shown(value)}; it must be {what}")


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else f"a list of {len(value)}"
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
