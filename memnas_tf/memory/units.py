"""Numbers of bytes for people."""

from __future__ import annotations

import re
from decimal import Decimal

from memnas_tf.errors import ConfigError

_UNITS = {
    "": 1,
    "b": 1,
    **{f"{letter}b": 1000**power for power, letter in enumerate("kmg", 1)},
    **{f"{letter}ib": 1024**power for power, letter in enumerate("kmg", 1)},
}
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
    count = value if isinstance(value, int) and not isinstance(value, bool) else None
    match = _TEXT.fullmatch(value) if isinstance(value, str) else None
    if match and match[2].lower() in _UNITS:
        count = int(Decimal(match[1]) * _UNITS[match[2].lower()])
    if count is None:
        raise ConfigError(
            f"{value!r} is no number of bytes; write 256kB, 1.5 MB, 512KiB, or bytes as a "
            "whole number"
        )
    if count < 1:
        raise ConfigError(f"{value!r} is less than 1 byte; it must be at least that")
    return count
