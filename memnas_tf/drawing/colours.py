"""Colours other than those of the operations: dark on white."""

from __future__ import annotations

from memnas_tf.drawing.layering import INPUT

BACKGROUND = "#ffffff"
TEXT = "#1c1c1c"
FAINT = "#5a5a5a"
PANEL_OUTLINE = "#b8b8b8"
CELL_FILL = "#ebebeb"
CELL_OUTLINE = "#a8a8a8"
END_FILL = "#ffffff"
OUTLINE = "#4a4a4a"
GROWN_FILL = "#d9f2df"
GROWN_OUTLINE = "#18803a"
TRIMMED = "#c2281c"

_INPUT_LINE = "#2b2b2b"
_CELL_LINES = (
    "#1f5fa8",
    "#b23a2e",
    "#2f7d32",
    "#7b3fa0",
    "#a8620a",
    "#0f7c86",
    "#a32a6b",
    "#5b6b12",
)


def line_colour(representation: int) -> str:
    """Return the colour of the lines that carry a representation."""
    if representation == INPUT:
        return _INPUT_LINE
    return _CELL_LINES[(representation - 1) % len(_CELL_LINES)]
