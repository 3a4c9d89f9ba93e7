"""Numbers of bytes for people."""

from __future__ import annotations


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
