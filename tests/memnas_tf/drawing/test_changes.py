"""A drawing shows what a move has grown and trimmed."""

import re

from memnas_tf.drawing import colours, draw_genotype
from memnas_tf.drawing.page import lay_out_page
from memnas_tf.drawing.painting import paint
from memnas_tf.genotype import from_string
from tests.helpers.histories import eight_cells

BASE = from_string("3x0d3+0f7,1ap:0d5=,1mp+2mp=")


def panels(text):
    page = lay_out_page(from_string(text), None, None, BASE)
    return [panel for panel, _ in page.panels], [item.name for item in page.legend]


def test_a_grown_cell_stands_out():
    (panel,), legend = panels("3x0d3+0f7,1ap:0d5=,1mp+2mp=,0c3:3d3=")
    assert [cell.index for cell in panel.cells if cell.is_grown] == [4]
    assert not any(line.is_trimmed for line in panel.lines)
    assert legend[-1] == "grown"


def test_a_removed_cell_is_drawn_where_it_was():
    block = "0d3+0f7,1ap:0d5=,1mp+2mp="
    (first, second, third), legend = panels(f"{block}/0,1ap:0d5=,1mp+2mp=/{block}")
    assert [panel.title for panel in (first, second, third)] == ["block 1", "block 2", "block 3"]
    assert [cell.index for cell in second.cells if cell.is_trimmed] == [1]
    trimmed = [line for line in second.lines if line.is_trimmed and line.is_arrow]
    # Its two inputs, and the two operations that read it.
    assert sorted(line.source for line in trimmed) == [0, 0, 1, 1]
    assert second.output_lines == ("output", "concat of C2, C3")
    assert legend[-1] == "trimmed"


def test_what_an_operation_no_longer_reads_ends_where_the_new_line_does():
    panel = panels("3x0,1ap:0d5=,1mp+2mp=")[0][0]
    ends = [line.points[3] for line in panel.lines if line.is_arrow and not line.is_trimmed]
    trimmed = [line for line in panel.lines if line.is_trimmed and line.is_arrow]
    before = [line for line in trimmed if line.source == 1]
    assert len(before) == 2
    assert all(line.points[3] in ends for line in before)


def test_a_drawing_without_a_base_has_no_changes():
    page = lay_out_page(BASE, None, None)
    assert not {"grown", "trimmed"} & {item.name for item in page.legend}


def test_five_different_blocks_of_eight_cells():
    """Every block has its panel, and each trim its dashed mark in the picture."""
    genotype, base = eight_cells()
    page = lay_out_page(genotype, None, None, base)
    assert len(page.panels) == 5
    marked = [
        (
            sum(cell.is_trimmed for cell in panel.cells),
            sum(op.is_trimmed for cell in panel.cells for op in cell.operations),
            sum(line.is_trimmed and line.is_arrow for line in panel.lines),
        )
        for panel, _ in page.panels
    ]
    # Block 3 loses a cell with two inputs, one reader and its place in the output.
    assert marked == [(0, 0, 0), (0, 1, 0), (1, 0, 4), (0, 0, 1), (0, 0, 0)]
    colour = tuple(int(colours.TRIMMED[i : i + 2], 16) / 255 for i in (1, 3, 5))
    dashed = [a for a in paint(page).artists if getattr(a, "get_edgecolor", None)]
    assert sum(tuple(a.get_edgecolor())[:3] == colour for a in dashed) >= 6


def test_the_file_has_dashes(tmp_path):
    draw_genotype(from_string("3x0d3+0f7,1ap:0d5=,1mp+2mp"), tmp_path / "a.svg", base=BASE)
    svg = (tmp_path / "a.svg").read_text()
    assert re.search(rf"stroke-dasharray[^\"]*stroke: {colours.TRIMMED}", svg)
