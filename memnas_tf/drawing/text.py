"""How much room text takes, without a font at hand.

The widths are those of DejaVu Sans, wider than most, so that what fits here also fits where an
SVG is shown in another font.
"""

from __future__ import annotations

import textwrap
from functools import cache

_POINTS_PER_INCH = 72
_LINE_HEIGHT = 1.3
_BOLD = 1.12
# Widths in em of the characters that are far from the usual one.
_USUAL, _CAPITAL, _ELSEWHERE = 0.64, 0.78, 1.0
_WIDTHS = {
    **dict.fromkeys("ijl'|", 0.30),
    **dict.fromkeys(" .,:;I!/\\()[]frt-", 0.41),
    **dict.fromkeys("mMW@%", 1.0),
    **dict.fromkeys("w+=<>#~QO", 0.84),
}


def text_width(text: str, points: float, bold: bool = False) -> float:
    """Estimate the width of one line, in inches."""
    em = sum(_character_width(character) for character in text)
    return em * points / _POINTS_PER_INCH * (_BOLD if bold else 1)


def line_height(points: float) -> float:
    """Return the distance between lines, in inches."""
    return points * _LINE_HEIGHT / _POINTS_PER_INCH


def wrap(text: str, width: float, points: float, bold: bool = False) -> tuple[str, ...]:
    """Break text into lines of at most `width` inches, at its own line breaks too."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        narrowest = points * min(_WIDTHS.values()) / _POINTS_PER_INCH
        characters = max(1, min(len(paragraph), int(width / narrowest)))
        broken = textwrap.wrap(paragraph, characters)
        while characters > 1 and any(text_width(line, points, bold) > width for line in broken):
            characters -= 1
            broken = textwrap.wrap(paragraph, characters)
        lines.extend(broken)
    return tuple(lines)


@cache
def halve(text: str) -> tuple[str, ...]:
    """Break text at the space that makes the longer of its two lines the shortest."""
    words = text.split()
    cuts = range(1, len(words))
    halves = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in cuts]
    return min(halves, key=lambda lines: max(map(len, lines)), default=(text,))


def _character_width(character: str) -> float:
    if character in _WIDTHS:
        return _WIDTHS[character]
    if ord(character) > 0x24F:
        return _ELSEWHERE
    return _CAPITAL if character.isupper() else _USUAL
