"""What a layout consists of: plain values, in inches, x to the right and y downwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]

# The changes that a legend names.
GROWN, TRIMMED = "grown", "trimmed"


@dataclass(frozen=True)
class Box:
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height

    @property
    def centre(self) -> Point:
        """The point in the middle."""
        return (self.x + self.width / 2, self.y + self.height / 2)


@dataclass(frozen=True)
class OperationBox:
    """One operation of a cell, and whether a move made it an identity."""

    box: Box
    name: str
    is_trimmed: bool = False


@dataclass(frozen=True)
class CellBox:
    """One cell: its two operations, left and right, and the node that combines them.

    A move may have grown it, or trimmed it.
    """

    index: int
    box: Box
    operations: tuple[OperationBox, OperationBox]
    combine: str
    combine_box: Box
    is_grown: bool = False
    is_trimmed: bool = False


@dataclass(frozen=True)
class Line:
    """One piece of the way from a representation to what reads it.

    Attributes:
        source: The representation's index.
        points: Where it leaves what it comes from, leaves its layer, enters the next layer and
            ends. It is vertical at each of them.
        is_arrow: Whether it ends at an operation or at the output, not as a line that goes on.
        is_trimmed: Whether a move has taken it away.
    """

    source: int
    points: tuple[Point, Point, Point, Point]
    is_arrow: bool
    is_trimmed: bool = False


@dataclass(frozen=True)
class Panel:
    """One block, drawn from the point (0, 0).

    Attributes:
        title: Which blocks it stands for.
        captions: What is said of their sizes, line by line.
        width: Its width.
        height: Its height.
        input_box: Where the block's input is drawn.
        output_box: Where its output is drawn.
        output_lines: What the output says.
        cells: The cells.
        lines: The lines between all of these.
    """

    title: str
    captions: tuple[str, ...]
    width: float
    height: float
    input_box: Box
    output_box: Box
    output_lines: tuple[str, ...]
    cells: tuple[CellBox, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class LegendItem:
    """The swatch of one operation, or of a change; its title stands to the right."""

    name: str
    box: Box


@dataclass(frozen=True)
class Label:
    """Lines of text by their upper left corner."""

    lines: tuple[str, ...]
    position: Point


@dataclass(frozen=True)
class Page:
    """The whole drawing.

    Attributes:
        width: Its width.
        height: Its height.
        title: The title.
        subtitle: The subtitle.
        panels: Panels with the places of their upper left corners.
        legend: The operations that occur, and the changes, `GROWN` and `TRIMMED`.
        note: What explains the lines.
    """

    width: float
    height: float
    title: Label
    subtitle: Label
    panels: tuple[tuple[Panel, Point], ...]
    legend: tuple[LegendItem, ...]
    note: Label
