"""A page as a matplotlib figure: without pyplot, and without axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.transforms import Affine2D, Transform

from memnas_tf.drawing import colours
from memnas_tf.drawing import measures as m
from memnas_tf.drawing.marks import arrow_head, change_swatch, operation_swatch, polyline, text
from memnas_tf.drawing.panel_painting import paint_panel
from memnas_tf.drawing.shapes import Label, LegendItem, Page, Point
from memnas_tf.drawing.text import line_height
from memnas_tf.operations import OPERATIONS


def paint(page: Page) -> Figure:
    """Paint a page.

    Args:
        page: The layout.

    Returns:
        A figure of the page's size.
    """
    figure = Figure(figsize=(page.width, page.height), facecolor=colours.BACKGROUND)
    paper = Affine2D().scale(1, -1).translate(0, page.height) + figure.dpi_scale_trans
    for number, (panel, corner) in enumerate(page.panels):
        _add(figure, paint_panel(panel), Affine2D().translate(*corner) + paper)
        if number:
            _add(figure, _step(corner), paper)
    _add(figure, _label(page.title, m.TITLE_FONT, weight="bold"), paper)
    _add(figure, _label(page.subtitle, m.FONT, color=colours.FAINT), paper)
    for item in page.legend:
        _add(figure, _legend_item(item), paper)
    _add(figure, _label(page.note, m.SMALL_FONT, color=colours.FAINT), paper)
    return figure


def _add(figure: Figure, artists: Sequence[Artist], transform: Transform) -> None:
    for artist in artists:
        artist.set_transform(transform)
        figure.add_artist(artist)


def _step(corner: Point) -> list[Artist]:
    """Point from the block before to the one whose corner this is."""
    x, y = corner[0], corner[1] + m.PANEL_TITLE_HEIGHT / 2
    start, end = (x - 0.75 * m.PANEL_GAP, y), (x - 0.15 * m.PANEL_GAP, y)
    line = polyline((start, (end[0] - 0.05, y)), colours.OUTLINE, m.LINE_WIDTH)
    return [line, arrow_head(end, colours.OUTLINE, rightwards=True)]


def _label(label: Label, points: float, **style: Any) -> list[Artist]:
    x, y = label.position
    return [
        text(
            (line,),
            (x, y + (number + 0.5) * line_height(points)),
            points,
            horizontalalignment="left",
            **style,
        )
        for number, line in enumerate(label.lines)
    ]


def _legend_item(item: LegendItem) -> list[Artist]:
    position = (item.box.right + m.SWATCH_GAP, item.box.centre[1])
    is_operation = item.name in OPERATIONS
    words = OPERATIONS[item.name].title if is_operation else item.name
    swatch = operation_swatch if is_operation else change_swatch
    return [
        swatch(item.name, item.box),
        text((words,), position, m.FONT, horizontalalignment="left"),
    ]
