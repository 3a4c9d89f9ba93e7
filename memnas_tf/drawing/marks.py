"""The few kinds of mark that a drawing is made of, in the layout's coordinates."""

from __future__ import annotations

from typing import Any

from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path
from matplotlib.text import Text

from memnas_tf.drawing import colours
from memnas_tf.drawing.shapes import GROWN, Box, Point
from memnas_tf.operations import IDENTITY, OPERATIONS

HEAD_LENGTH = 0.09
_HEAD_HALF_WIDTH = 0.045
_DASHES = (0, (3.5, 2.0))


def rounded(box: Box, radius: float, fill: str, outline: str, **style: Any) -> FancyBboxPatch:
    """Return a rectangle with round corners."""
    return FancyBboxPatch(
        (box.x, box.y),
        box.width,
        box.height,
        boxstyle=f"round,pad=0,rounding_size={radius}",
        facecolor=fill,
        edgecolor=outline,
        snap=False,
        **{"linewidth": 0.8, **style},
    )


def operation_swatch(name: str, box: Box, is_trimmed: bool = False) -> FancyBboxPatch:
    """Return the box of an operation: in its colour, dashed if it does nothing."""
    dashes = _DASHES if name == IDENTITY.name else "solid"
    outline, width = (colours.TRIMMED, 1.8) if is_trimmed else (colours.OUTLINE, 0.8)
    colour = OPERATIONS[name].colour
    return rounded(box, 0.05, colour, outline, linestyle=dashes, linewidth=width)


def change_swatch(name: str, box: Box) -> FancyBboxPatch:
    """Return the frame of what was grown, or trimmed."""
    if name == GROWN:
        return rounded(box, 0.05, colours.GROWN_FILL, colours.GROWN_OUTLINE, linewidth=1.8)
    return trimmed_frame(box, 0.05)


def trimmed_frame(box: Box, radius: float) -> FancyBboxPatch:
    """Return the dashed frame of what is gone."""
    style = {"linestyle": _DASHES, "linewidth": 1.8}
    return rounded(box, radius, colours.BACKGROUND, colours.TRIMMED, **style)


def polyline(
    points: tuple[Point, ...], colour: str, width: float, is_dashed: bool = False
) -> PathPatch:
    """Return a line through points."""
    return _stroke(Path(points), colour, width, is_dashed)


def curve(
    start: Point, end: Point, colour: str, width: float, is_dashed: bool = False
) -> PathPatch:
    """Return a curve that is vertical where it starts and where it ends."""
    middle = (start[1] + end[1]) / 2
    path = Path(
        [start, (start[0], middle), (end[0], middle), end],
        [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4],
    )
    return _stroke(path, colour, width, is_dashed)


def arrow_head(tip: Point, colour: str, rightwards: bool = False) -> Polygon:
    """Return an arrow head that points down, or to the right."""
    x, y = tip
    corners = [(0.0, 0.0), (-_HEAD_HALF_WIDTH, -HEAD_LENGTH), (_HEAD_HALF_WIDTH, -HEAD_LENGTH)]
    if rightwards:
        corners = [(along, across) for across, along in corners]
    return Polygon(
        [(x + dx, y + dy) for dx, dy in corners], facecolor=colour, linewidth=0, snap=False
    )


def text(lines: tuple[str, ...], position: Point, points: float, **style: Any) -> Text:
    """Return lines of text, by default centred on a point."""
    chosen = {
        "color": colours.TEXT,
        "horizontalalignment": "center",
        "verticalalignment": "center_baseline" if len(lines) == 1 else "center",
        "multialignment": "center",
        **style,
    }
    # A dollar sign in a title is a dollar sign, not the start of a formula.
    return Text(*position, "\n".join(lines), fontsize=points, parse_math=False, **chosen)


def _stroke(path: Path, colour: str, width: float, is_dashed: bool) -> PathPatch:
    style = {"linestyle": _DASHES} if is_dashed else {}
    return PathPatch(path, fill=False, edgecolor=colour, linewidth=width, snap=False, **style)
