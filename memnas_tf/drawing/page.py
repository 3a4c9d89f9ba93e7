"""The layout of the whole drawing: title, panels in rows, legend."""

from __future__ import annotations

from itertools import chain, groupby

from memnas_tf.drawing import measures as m
from memnas_tf.drawing.captions import block_captions, blocks_title, join_captions
from memnas_tf.drawing.panel import lay_out_panel
from memnas_tf.drawing.shapes import (
    GROWN,
    TRIMMED,
    Box,
    CellBox,
    Label,
    LegendItem,
    Line,
    OperationBox,
    Page,
    Panel,
    Point,
)
from memnas_tf.drawing.text import line_height, text_width, wrap
from memnas_tf.genotype import Genotype, block_difference
from memnas_tf.operations import OPERATIONS
from memnas_tf.template import Template

_NOTE = "A line has the colour of the cell whose output it carries."
_SIZES = " Shapes and bytes are those of what a block makes of one image, in float32."


def lay_out_page(
    genotype: Genotype,
    title: str | None,
    subtitle: str | None,
    base: Genotype | None = None,
    template: Template | None = None,
) -> Page:
    """Lay out a drawing.

    Args:
        genotype: The architecture.
        title: What stands above the drawing.
        subtitle: What stands below the title.
        base: What it was made from, to show what changed; None to show the architecture alone.
        template: The network's size, to tell every block's; None to leave that open.

    Returns:
        The page.
    """
    panels = block_panels(genotype, base, template)
    rows = split_rows([panel.width for panel in panels], m.PAGE_WIDTH - 2 * m.PAGE_MARGIN)
    content = max(_row_width([panels[i].width for i in row]) for row in rows)
    width = max(content, m.MIN_PAGE_WIDTH - 2 * m.PAGE_MARGIN)
    y = m.PAGE_MARGIN
    title_label, y = _label(title, y, width, m.TITLE_FONT, bold=True)
    subtitle_label, y = _label(subtitle, y, width, m.FONT)
    if y > m.PAGE_MARGIN:
        y += m.SECTION_GAP
    placed: list[tuple[Panel, Point]] = []
    for row in rows:
        x = m.PAGE_MARGIN + (width - content) / 2
        for number in row:
            placed.append((panels[number], (x, y)))
            x += panels[number].width + m.PANEL_GAP
        y += max(panels[number].height for number in row) + m.PANEL_GAP
    legend, y = _legend(panels, y - m.PANEL_GAP + m.SECTION_GAP, width)
    words = _NOTE if template is None else _NOTE + _SIZES
    note, y = _label(words if legend else None, y, width, m.SMALL_FONT)
    return Page(
        width=width + 2 * m.PAGE_MARGIN,
        height=y + m.PAGE_MARGIN,
        title=title_label,
        subtitle=subtitle_label,
        panels=tuple(placed),
        legend=legend,
        note=note,
    )


def block_panels(
    genotype: Genotype, base: Genotype | None = None, template: Template | None = None
) -> list[Panel]:
    """Lay out the blocks, neighbours of the same cells and width once.

    Args:
        genotype: The architecture.
        base: What it was made from, of as many blocks; None for no comparison.
        template: The network's size; None to leave that open.

    Returns:
        The panels.
    """
    widths = genotype.widths if base is None else base.widths
    before = (None,) * len(genotype.blocks) if base is None else base.blocks
    differences = map(block_difference, genotype.blocks, before)
    looks = zip(differences, genotype.widths, widths, strict=True)
    captions = block_captions(genotype, base, template)
    panels: list[Panel] = []
    first = 1
    for (difference, *_), run in groupby(zip(looks, captions, strict=True), lambda pair: pair[0]):
        own = [caption for _, caption in run]
        last = first + len(own) - 1
        lines = join_captions(chain.from_iterable(own))
        panels.append(lay_out_panel(blocks_title(first, last), difference, lines))
        first = last + 1
    return panels


def split_rows(widths: list[float], limit: float) -> list[list[int]]:
    """Split panels into as few rows as fit a width, then make the rows as equal as possible.

    Args:
        widths: The width of each panel.
        limit: The width of a row, exceeded only by a panel that is wider by itself.

    Returns:
        The numbers of the panels in each row.
    """
    rows = _fill(widths, limit)
    spans = {
        _row_width(widths[i:j])
        for i in range(len(widths))
        for j in range(i + 1, min(len(widths), i + len(max(rows, key=len))) + 1)
    }
    for span in sorted(span for span in spans if span < limit):
        narrower = _fill(widths, span)
        if len(narrower) == len(rows):
            return narrower
    return rows


def _fill(widths: list[float], limit: float) -> list[list[int]]:
    rows: list[list[int]] = []
    for number, width in enumerate(widths):
        if rows and _row_width([*(widths[i] for i in rows[-1]), width]) <= limit:
            rows[-1].append(number)
        else:
            rows.append([number])
    return rows


def _row_width(widths: list[float]) -> float:
    return sum(widths) + m.PANEL_GAP * (len(widths) - 1)


def _label(
    text: str | None, y: float, width: float, points: float, bold: bool = False
) -> tuple[Label, float]:
    lines = wrap(text or "", width, points, bold)
    return Label(lines, (m.PAGE_MARGIN, y)), y + len(lines) * line_height(points)


def _legend(panels: list[Panel], y: float, width: float) -> tuple[tuple[LegendItem, ...], float]:
    """Set the operations that occur in rows, and return what comes below."""
    occurring = {op.name for panel in panels for cell in panel.cells for op in cell.operations}
    names = [name for name in OPERATIONS if name in occurring]
    if not names:
        return (), y
    changes = _changes(panels)
    titles = [*(OPERATIONS[name].title for name in names), *changes]
    title = max(text_width(words, m.FONT) for words in titles)
    step = m.SWATCH + m.SWATCH_GAP + title + m.LEGEND_GAP
    columns = max(1, int((width + m.LEGEND_GAP) / step))
    items = tuple(
        LegendItem(
            name,
            Box(
                m.PAGE_MARGIN + number % columns * step,
                y + number // columns * m.LEGEND_ROW,
                m.SWATCH,
                m.SWATCH,
            ),
        )
        for number, name in enumerate([*names, *changes])
    )
    return items, items[-1].box.y + m.LEGEND_ROW


def _changes(panels: list[Panel]) -> list[str]:
    cells = [cell for panel in panels for cell in panel.cells]
    lines = [line for panel in panels for line in panel.lines]
    operations = [operation for cell in cells for operation in cell.operations]
    grown = any(cell.is_grown for cell in cells)
    parts: list[CellBox | Line | OperationBox] = [*cells, *lines, *operations]
    trimmed = any(part.is_trimmed for part in parts)
    return [name for name, occurs in ((GROWN, grown), (TRIMMED, trimmed)) if occurs]
