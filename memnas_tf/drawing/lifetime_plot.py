"""Which tensor lives when, as a picture in a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Polygon, Rectangle
from matplotlib.transforms import Affine2D

from memnas_tf.drawing import colours
from memnas_tf.drawing import measures as m
from memnas_tf.drawing.lifetime_layout import (
    ROW_FONT,
    LifetimePage,
    RowLabel,
    lay_out_lifetimes,
)
from memnas_tf.drawing.marks import polyline, text
from memnas_tf.drawing.picture_file import write_picture
from memnas_tf.drawing.shapes import Box, Label
from memnas_tf.drawing.text import line_height
from memnas_tf.memory.lifetime_rows import LifetimeRow

_MARKED, _OTHER = "#c2452d", "#9bb3cb"
_BAND = "#fae3dc"
_MEMORY_FILL, _MEMORY_LINE = "#d6e1ec", "#44627f"
_GRID, _LEADER = "#e8e8e8", "#c9c9c9"
_THIN = 0.5
_TICK_GAP = 0.07
_PEAK_RADIUS = 0.045


def draw_lifetimes(
    rows: Sequence[LifetimeRow], path: str | os.PathLike[str], title: str, subtitle: str = ""
) -> None:
    """Draw which tensor lives when, and the memory of each step, into a PNG or SVG file.

    There is a bar for each tensor, sorted by its first step; below them the sum of what lives.
    The step that needs the most, the first of them, is marked, and so are the tensors that live
    in it. Up to about 70 tensors are named; of more, the largest at the peak and of all. The same
    arguments give the same file.

    Source: the paper, Figure 3.

    Args:
        rows: Which tensors live when, in steps from 1, and their bytes.
        path: Where the picture goes, replacing what is there. Its suffix, .png or .svg, chooses
            the format. Folders on the way are made.
        title: What stands above the plot.
        subtitle: What stands below the title.

    Raises:
        ConfigError: If the path has another suffix, there are no rows, or a row has no step or
            no size.
    """
    write_picture(path, lambda: paint_lifetimes(lay_out_lifetimes(rows, title, subtitle)))


def paint_lifetimes(page: LifetimePage) -> Figure:
    """Paint a lifetime plot.

    Args:
        page: The layout.

    Returns:
        A figure of the page's size.
    """
    figure = Figure(figsize=(page.width, page.height), facecolor=colours.BACKGROUND)
    paper = Affine2D().scale(1, -1).translate(0, page.height) + figure.dpi_scale_trans
    for artist in [
        *_heading(page.title, m.TITLE_FONT, weight="bold"),
        *_heading(page.subtitle, m.FONT, color=colours.FAINT),
        _rectangle(page.band, _BAND),
        *_grid(page),
        *_leaders(page),
        *(_rectangle(bar.box, _MARKED if bar.is_marked else _OTHER) for bar in page.bars),
        *_row_names(page),
        *_memory(page),
        *_legend(page),
        *_heading(page.note, m.SMALL_FONT, color=colours.FAINT),
    ]:
        artist.set_transform(paper)
        figure.add_artist(artist)
    return figure


def _heading(label: Label, points: float, **style: Any) -> list[Artist]:
    x, y = label.position
    height = line_height(points)
    return [
        text((line,), (x, y + (i + 0.5) * height), points, horizontalalignment="left", **style)
        for i, line in enumerate(label.lines)
    ]


def _rectangle(box: Box, fill: str) -> Rectangle:
    return Rectangle((box.x, box.y), box.width, box.height, facecolor=fill, linewidth=0, snap=False)


def _grid(page: LifetimePage) -> list[Artist]:
    top, bottom = page.area.y, page.memory.bottom
    left, right = page.memory.x, page.memory.right
    return [
        *(polyline(((x, top), (x, bottom)), _GRID, _THIN) for _, x in page.step_ticks),
        *(polyline(((left, y), (right, y)), _GRID, _THIN) for _, y in page.memory_ticks),
    ]


def _leaders(page: LifetimePage) -> list[Artist]:
    """Lead from each name to its bar."""
    start = page.sizes_x + _TICK_GAP
    return [
        polyline(
            ((start, label.y), (page.area.x - _TICK_GAP, label.bar[1]), label.bar),
            _leader_colour(label),
            _THIN,
        )
        for label in page.labels
    ]


def _leader_colour(label: RowLabel) -> str:
    return _MARKED if label.is_marked else _LEADER


def _row_names(page: LifetimePage) -> list[Artist]:
    artists: list[Artist] = []
    for label in page.labels:
        style = {"color": _MARKED, "weight": "bold"} if label.is_marked else {}
        for words, x, side in (
            (label.name, page.names_x, "left"),
            (label.size, page.sizes_x, "right"),
        ):
            artists.append(
                text((words,), (x, label.y), ROW_FONT, horizontalalignment=side, **style)
            )
    return artists


def _memory(page: LifetimePage) -> list[Artist]:
    box = page.memory
    corners = [(box.x, box.bottom), *page.curve, (box.right, box.bottom)]
    left = {"horizontalalignment": "right", "color": colours.FAINT}
    axis_y = box.bottom + _TICK_GAP + line_height(ROW_FONT) / 2
    tick_x = box.x - _TICK_GAP
    return [
        Polygon(corners, facecolor=_MEMORY_FILL, linewidth=0, alpha=0.8, snap=False),
        polyline(page.curve, _MEMORY_LINE, 1.2),
        polyline(((box.x, box.bottom), (box.right, box.bottom)), colours.OUTLINE, 0.8),
        Circle(page.peak_point, _PEAK_RADIUS, facecolor=_MARKED, linewidth=0),
        text(page.peak.lines, page.peak.position, m.FONT, weight="bold", color=_MARKED),
        *(text((words,), (tick_x, y), ROW_FONT, **left) for words, y in page.memory_ticks),
        *(
            text((words,), (x, axis_y), ROW_FONT, color=colours.FAINT)
            for words, x in page.step_ticks
        ),
        text(("step",), (tick_x, axis_y), ROW_FONT, **left),
        text(("memory",), (page.names_x, box.y), m.FONT, horizontalalignment="left", weight="bold"),
    ]


def _legend(page: LifetimePage) -> list[Artist]:
    artists: list[Artist] = []
    for (words, box), colour in zip(page.legend, (_MARKED, _OTHER), strict=False):
        position = (box.right + m.SWATCH_GAP, box.centre[1])
        artists.append(_rectangle(box, colour))
        artists.append(text((words,), position, m.FONT, horizontalalignment="left"))
    return artists
