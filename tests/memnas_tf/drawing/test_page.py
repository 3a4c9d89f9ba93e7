"""Panels in rows, title and legend."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from memnas_tf.drawing import measures as m
from memnas_tf.drawing.page import block_panels, lay_out_page, split_rows
from memnas_tf.drawing.shapes import Box
from memnas_tf.genotype import PRESETS, Genotype, from_string
from memnas_tf.operations import OPERATIONS
from tests.helpers.genotypes import raw_genotypes


def titles(text):
    return [panel.title for panel in block_panels(from_string(text))]


def test_equal_neighbours_are_drawn_once():
    assert titles("5x0c3+0c3=") == ["blocks 1 to 5"]
    assert titles("0c3+0c3=/0d3+0d3=/0d3+0d3=/0c3+0c3=") == ["block 1", "blocks 2 to 3", "block 4"]


def test_neighbours_that_differ_in_a_dead_cell_only_look_the_same():
    assert titles("0c3+0c3=/0c3+0c3=,0d3+0d3") == ["blocks 1 to 2"]


def test_rows():
    assert split_rows([3, 3], 10) == [[0, 1]]
    assert split_rows([3] * 5, 15) == [[0, 1, 2], [3, 4]]
    assert split_rows([30, 3], 10) == [[0], [1]]


@given(st.lists(st.floats(1, 12), min_size=1, max_size=8))
def test_rows_hold_every_panel_in_order(widths):
    rows = split_rows(widths, 10)
    assert [number for row in rows for number in row] == list(range(len(widths)))
    for row in rows:
        total = sum(widths[i] for i in row) + m.PANEL_GAP * (len(row) - 1)
        assert len(row) == 1 or total <= 10


@settings(max_examples=25, deadline=None)
@given(raw_genotypes(max_blocks=5, max_cells=6))
def test_nothing_overlaps_or_sticks_out(genotype):
    page = lay_out_page(genotype, "A title", "A subtitle")
    boxes = [Box(*corner, panel.width, panel.height) for panel, corner in page.panels]
    boxes += [item.box for item in page.legend]
    boxes.append(Box(*page.title.position, 1, 0.3))
    for a, b in combinations(boxes, 2):
        assert a.right <= b.x or b.right <= a.x or a.bottom <= b.y or b.bottom <= a.y
    for box in boxes:
        assert box.x + 1e-9 >= m.PAGE_MARGIN and box.right <= page.width - m.PAGE_MARGIN + 1e-9
        assert box.y + 1e-9 >= m.PAGE_MARGIN and box.bottom <= page.height - m.PAGE_MARGIN + 1e-9


def test_legend_holds_what_is_drawn_in_the_catalogues_order():
    page = lay_out_page(PRESETS["supplement"], None, None)
    names = [item.name for item in page.legend]
    assert names == [
        *("depthwise_3x3", "depthwise_5x5", "factorised_7x7"),
        *("average_pool_3x3", "max_pool_3x3"),
    ]
    dead = lay_out_page(from_string("0c3+0c3=,0d3+0d3"), None, None)
    assert [item.name for item in dead.legend] == ["conv_3x3"]


def test_all_operations_fit_the_narrowest_page():
    cells = ",".join(f"0{op.code}+0{op.code}" for op in OPERATIONS.values())
    page = lay_out_page(from_string(f"{cells},1c3+2c3="), None, None)
    assert len({item.box for item in page.legend}) == len(page.legend)


def test_without_cells_there_is_no_legend():
    page = lay_out_page(Genotype.empty(), None, None)
    assert page.legend == () and page.note.lines == ()
    assert page.title.lines == page.subtitle.lines == ()


def test_long_subtitle_wraps():
    page = lay_out_page(PRESETS["figure-1b"], "t", "0d3+0f7," * 60)
    assert len(page.subtitle.lines) > 5
