"""Figures as pictures within a page."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from memnas_tf.drawing.picture_file import picture_bytes
from tuner.report.charts import Chart

# Coordinates, which matplotlib writes with six decimals; a hundredth of a point is enough.
_COORDINATES = re.compile(rb' (?:d|x|y|points|transform)="[^"]*"')
_DECIMALS = re.compile(rb"(\.\d\d)\d+")
_BETWEEN_TAGS = re.compile(rb">\s+<")
_SPACES = re.compile(rb"\s+")


@dataclass(frozen=True)
class Picture:
    """A picture of a page.

    Attributes:
        words: What it shows, for those who do not see it.
        source: The picture itself, as a data URI.
        is_drawing: Whether it stays as large as it is, to be scrolled.
    """

    words: str
    source: str
    is_drawing: bool = False


def make_picture(chart: Chart) -> Picture:
    """Paint a picture as SVG.

    As an image of its own, and not as a part of the page, it can load and run nothing.

    Args:
        chart: What to paint.

    Returns:
        The picture.
    """
    content = base64.b64encode(compact(picture_bytes(chart.paint, ".svg"))).decode()
    return Picture(chart.words, f"data:image/svg+xml;base64,{content}", chart.is_drawing)


def compact(svg: bytes) -> bytes:
    """Shorten an SVG file of matplotlib without changing what it shows.

    Args:
        svg: The file.

    Returns:
        The same with fewer decimals and spaces.
    """
    svg = _COORDINATES.sub(lambda match: _DECIMALS.sub(rb"\1", _SPACES.sub(b" ", match[0])), svg)
    return _BETWEEN_TAGS.sub(b"><", svg)
