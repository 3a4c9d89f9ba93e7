"""Every size of a drawing: lengths in inches, fonts in points."""

from __future__ import annotations

from memnas_tf.drawing.text import halve, line_height, text_width
from memnas_tf.operations import OPERATIONS

FONT = 9.5
SMALL_FONT = 9.0
PANEL_FONT = 11.0
TITLE_FONT = 15.0

LINE_WIDTH = 1.5

# A cell: two operations side by side, the combination below them in the middle.
OPERATION_WIDTH = 0.16 + max(
    text_width(line, FONT) for op in OPERATIONS.values() for line in halve(op.title)
)
OPERATION_HEIGHT = 0.14 + 2 * line_height(FONT)
OPERATION_GAP = 0.1
CELL_PADDING = 0.12
COMBINE_WIDTH = 0.66
COMBINE_HEIGHT = 0.25
COMBINE_GAP = 0.25
CELL_WIDTH = 2 * CELL_PADDING + 2 * OPERATION_WIDTH + OPERATION_GAP
CELL_HEIGHT = 2 * CELL_PADDING + OPERATION_HEIGHT + COMBINE_GAP + COMBINE_HEIGHT

# The ends of a block.
END_WIDTH = 1.0
INPUT_HEIGHT = 0.3
OUTPUT_PADDING = 0.1
OUTPUT_ENTRY = 0.13
OUTPUT_TEXT_WIDTH = 2.4
PORT_GAP = 0.3

# Room between cells in a layer, around a line that passes a layer, and between layers.
CELL_GAP = 0.3
TRACK_GAP = 0.28
LAYER_GAP = 0.46
LAYER_GAP_PER_INCH = 0.13
MAX_LAYER_GAP = 1.2

PANEL_PADDING = 0.24
PANEL_TITLE_HEIGHT = 0.42
PANEL_GAP = 0.46
# Wider than this, the letters get too small where a viewer fits the page to a screen.
PAGE_WIDTH = 20.0
MIN_PAGE_WIDTH = 5.0
PAGE_MARGIN = 0.42
SECTION_GAP = 0.22

SWATCH = 0.22
SWATCH_GAP = 0.1
LEGEND_GAP = 0.3
LEGEND_ROW = 0.32
