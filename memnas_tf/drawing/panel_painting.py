"""One panel as marks.

What comes later covers what came before: frame, lines, cells, the ends of lines inside cells.
"""

from __future__ import annotations

from matplotlib.artist import Artist

from memnas_tf.drawing import colours
from memnas_tf.drawing import measures as m
from memnas_tf.drawing.marks import (
    HEAD_LENGTH,
    arrow_head,
    curve,
    operation_swatch,
    polyline,
    rounded,
    text,
    trimmed_frame,
)
from memnas_tf.drawing.shapes import Box, CellBox, Line, OperationBox, Panel
from memnas_tf.drawing.text import halve, line_height
from memnas_tf.operations import OPERATIONS

_RIM_WIDTH = 3.8


def paint_panel(panel: Panel) -> list[Artist]:
    """Return the marks of a panel.

    Args:
        panel: Its layout.

    Returns:
        Marks in the panel's own coordinates, the lowest first.
    """
    frame = Box(0, 0, panel.width, panel.height)
    middle = (panel.width / 2, m.PANEL_TITLE_HEIGHT / 2)
    marks: list[Artist] = [
        rounded(frame, 0.12, colours.BACKGROUND, colours.PANEL_OUTLINE),
        text((panel.title,), middle, m.PANEL_FONT, weight="bold"),
    ]
    for number, caption in enumerate(panel.captions):
        below = m.PANEL_TITLE_HEIGHT + (number + 0.25) * line_height(m.SMALL_FONT)
        marks.append(text((caption,), (middle[0], below), m.SMALL_FONT, color=colours.FAINT))
    for source in sorted({line.source for line in panel.lines}):
        lines = [line for line in panel.lines if line.source == source]
        marks.extend(_between_layers([line for line in lines if line.is_trimmed]))
        marks.extend(_between_layers([line for line in lines if not line.is_trimmed]))
    for cell in panel.cells:
        marks.extend(_cell(cell))
    for line in panel.lines:
        marks.extend(_within_layers(line))
    return [*marks, *_input(panel), *_output(panel)]


def _between_layers(lines: list[Line]) -> list[Artist]:
    # A white rim shows which line passes over which; the branches of one line do not.
    pieces = [line.points[1:3] for line in lines]
    rims: list[Artist] = [curve(*piece, colours.BACKGROUND, _RIM_WIDTH) for piece in pieces]
    return rims + [
        curve(*piece, _line_colour(line), m.LINE_WIDTH, line.is_trimmed)
        for line, piece in zip(lines, pieces, strict=True)
    ]


def _line_colour(line: Line) -> str:
    return colours.TRIMMED if line.is_trimmed else colours.line_colour(line.source)


def _within_layers(line: Line) -> list[Artist]:
    colour = _line_colour(line)
    begin, leave, enter, end = line.points
    marks: list[Artist] = []
    if begin != leave:
        marks.append(polyline((begin, leave), colour, m.LINE_WIDTH, line.is_trimmed))
    if line.is_arrow:
        neck = (end[0], end[1] - HEAD_LENGTH / 2)
        marks.append(polyline((enter, neck), colour, m.LINE_WIDTH, line.is_trimmed))
        marks.append(arrow_head(end, colour))
    return marks


def _cell(cell: CellBox) -> list[Artist]:
    box, combine = cell.box, cell.combine_box
    colour = colours.TRIMMED if cell.is_trimmed else colours.line_colour(cell.index)
    corner = (box.x + m.CELL_PADDING, combine.centre[1])
    marks: list[Artist] = [
        _cell_frame(cell),
        text(
            (f"C{cell.index}",),
            corner,
            m.FONT,
            weight="bold",
            color=colour,
            horizontalalignment="left",
        ),
    ]
    for operation, share in zip(cell.operations, (0.3, 0.7), strict=True):
        start = (operation.box.centre[0], operation.box.bottom)
        tip = (combine.x + share * combine.width, combine.y)
        neck = (tip[0], tip[1] - HEAD_LENGTH / 2)
        marks.append(curve(start, neck, colours.OUTLINE, m.LINE_WIDTH))
        marks.append(arrow_head(tip, colours.OUTLINE))
        marks.extend(_operation(operation))
    return [
        *marks,
        rounded(combine, combine.height / 2, colours.BACKGROUND, colour, linewidth=1.2),
        text((cell.combine,), combine.centre, m.FONT),
    ]


def _cell_frame(cell: CellBox) -> Artist:
    if cell.is_trimmed:
        return trimmed_frame(cell.box, 0.12)
    if cell.is_grown:
        return rounded(cell.box, 0.12, colours.GROWN_FILL, colours.GROWN_OUTLINE, linewidth=1.8)
    return rounded(cell.box, 0.12, colours.CELL_FILL, colours.CELL_OUTLINE)


def _operation(operation: OperationBox) -> list[Artist]:
    lines = halve(OPERATIONS[operation.name].title)
    swatch = operation_swatch(operation.name, operation.box, operation.is_trimmed)
    return [swatch, text(lines, operation.box.centre, m.FONT)]


def _input(panel: Panel) -> list[Artist]:
    box = panel.input_box
    return [
        rounded(box, box.height / 2, colours.END_FILL, colours.OUTLINE),
        text(("input",), box.centre, m.FONT, weight="bold"),
    ]


def _output(panel: Panel) -> list[Artist]:
    box = panel.output_box
    x, y = box.centre
    height = line_height(m.FONT)
    top = y - height * (len(panel.output_lines) - 1) / 2
    return [
        rounded(box, 0.15, colours.END_FILL, colours.OUTLINE),
        *(
            text((line,), (x, top + number * height), m.FONT, weight="normal" if number else "bold")
            for number, line in enumerate(panel.output_lines)
        ),
    ]
