"""What two sets of settings differ in, told to a person who must choose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def describe_differences(there: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Describe where settings differ.

    Args:
        there: Those that were found, by name.
        now: Those that are asked for, by name.

    Returns:
        A piece of a sentence per difference.
    """
    return [
        f"{name}: {there.get(name)!r} there, {now.get(name)!r} now"
        for name in dict.fromkeys([*there, *now])
        if there.get(name) != now.get(name)
    ]


def flatten(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Bring settings within settings to one level, sequences as JSON has them.

    Args:
        settings: Values by name, some of them mappings themselves.

    Returns:
        All values by name; where an inner name is taken, with the outer one before it.
    """
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping):
            flat.update({f"{name}.{key}" if key in flat else key: value[key] for key in value})
        else:
            flat[name] = value
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in flat.items()
    }
