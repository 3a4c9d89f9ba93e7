"""Numbers of bytes and of MACs for people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from memnas_tf.errors import ConfigError

_UNITS = {
    "": 1,
    "b": 1,
    **{f"{letter}b": 1000**power for power, letter in enumerate("kmg", 1)},
    **{f"{letter}ib": 1024**power for power, letter in enumerate("kmg", 1)},
}
_THOUSANDS = {letter: 1000**power for power, letter in enumerate(("", "k", "m", "g"))}
_TEXT = re.compile(r"\s*([0-9]{1,18}(?:\.[0-9]{1,18})?)\s*([a-z]*)\s*", re.IGNORECASE)


def format_bytes(count: float) -> str:
    """Write a number of bytes in decimal units, as the paper's tables do (1 MB = 10^6 bytes).

    Args:
        count: The number of bytes.

    Returns:
        Three significant digits and a unit, such as "5.80 MB".
    """
    count = float(f"{count:.3g}")  # first, as 999,999 bytes are 1.00 MB
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if abs(count) >= size:
            value = count / size
            digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
            return f"{value:.{digits}f} {unit}"
    return f"{count:.0f} B"


def parse_bytes(value: int | str) -> int:
    """Read a number of bytes that a person wrote.

    Args:
        value: A number of bytes, or text: a number and a unit, which is B, kB, MB or GB (decimal,
            as `format_bytes` writes them) or KiB, MiB or GiB (binary), in any case; no unit is
            bytes.

    Returns:
        The number of bytes, at least 1; a part of a byte is dropped.

    Raises:
        ConfigError: If it is none.
    """
    count = _parse(value, _UNITS)
    if count is None:
        raise ConfigError(
            f"{value!r} is no number of bytes; write 256kB, 1.5 MB, 512KiB, or bytes as a "
            "whole number"
        )
    if count < 1:
        raise ConfigError(f"{value!r} is less than 1 byte; it must be at least that")
    return count


def parse_macs(value: int | str) -> int:
    """Read a number of MACs that a person wrote.

    Args:
        value: A number, or text: a number and k, M or G for thousands, millions and billions, in
            any case.

    Returns:
        The number, at least 1; a part of one is dropped.

    Raises:
        ConfigError: If it is none.
    """
    count = _parse(value, _THOUSANDS)
    if count is None:
        raise ConfigError(
            f"{value!r} is no number of MACs; write 12.5M, 500k, or all of it as a whole number"
        )
    if count < 1:
        raise ConfigError(f"{value!r} is less than 1 MAC; it must be at least that")
    return count


def _parse(value: object, units: Mapping[str, int]) -> int | None:
    match = _TEXT.fullmatch(value) if isinstance(value, str) else None
    if match and match[2].lower() in units:
        return int(Decimal(match[1]) * units[match[2].lower()])
    return value if isinstance(value, int) and not isinstance(value, bool) else None
