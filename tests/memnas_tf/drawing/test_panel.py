"""One block laid out."""

from itertools import combinations

import pytest
from hypothesis import given, settings

from memnas_tf.drawing.panel import lay_out_panel
from memnas_tf.genotype import PRESETS, block_difference, from_string, live_cells
from tests.helpers.genotypes import blocks, raw_blocks


def panel_of(block):
    return lay_out_panel("block 1", block_difference(block))


def one(text):
    return panel_of(from_string(text).blocks[0])


def overlap(a, b):
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom


def touches(box, upper, lower):
    return box.x < upper[0] < box.right and upper[1] < box.bottom and box.y < lower[1]


def contains(outer, inner):
    return (
        outer.x <= inner.x
        and inner.right <= outer.right
        and outer.y <= inner.y
        and inner.bottom <= outer.bottom
    )


def test_figure_1b():
    panel = panel_of(PRESETS["figure-1b"].blocks[0])
    assert [cell.index for cell in panel.cells] == [1, 2, 3]
    assert [cell.combine for cell in panel.cells] == ["sum", "concat", "sum"]
    assert panel.output_lines == ("output", "concat of C2, C3")


@settings(max_examples=40, deadline=None)
@given(raw_blocks(max_cells=9))
def test_live_cells_and_no_others(block):
    panel, live = panel_of(block), live_cells(block)
    assert {cell.index for cell in panel.cells} == set(live)
    for cell in panel.cells:
        names = sorted(operation.name for operation in cell.operations)
        assert names == sorted((live[cell.index].operation_1, live[cell.index].operation_2))


@settings(max_examples=40, deadline=None)
@given(raw_blocks(max_cells=9))
def test_boxes_lie_apart_within_the_panel(block):
    panel = panel_of(block)
    boxes = [panel.input_box, panel.output_box, *(cell.box for cell in panel.cells)]
    assert not any(overlap(a, b) for a, b in combinations(boxes, 2))
    for box in boxes:
        assert box.x >= 0 and box.right <= panel.width
        assert box.y >= 0 and box.bottom <= panel.height


@settings(max_examples=40, deadline=None)
@given(blocks(max_cells=3))
def test_parts_of_a_cell_lie_apart_within_it(block):
    for cell in panel_of(block).cells:
        parts = [*(operation.box for operation in cell.operations), cell.combine_box]
        assert not any(overlap(a, b) for a, b in combinations(parts, 2))
        assert all(contains(cell.box, part) for part in parts)


@settings(max_examples=40, deadline=None)
@given(blocks(max_cells=9))
def test_lines_run_downwards_between_cells_and_not_through_them(block):
    panel = panel_of(block)
    boxes = [cell.box for cell in panel.cells]
    for line in panel.lines:
        begin, leave, enter, end = line.points
        assert begin[1] <= leave[1] < enter[1] <= end[1]
        assert begin[0] == leave[0] and enter[0] == end[0]
        # The curved piece stays between two layers: no cell reaches into its height.
        assert not any(box.y < enter[1] and leave[1] < box.bottom for box in boxes)
        # A straight piece touches no cell but the one that it leaves or enters.
        left = [cell.index for cell in panel.cells if touches(cell.box, begin, leave)]
        assert left in ([], [line.source])
        entered = [box for box in boxes if touches(box, enter, end)]
        assert len(entered) <= line.is_arrow


@settings(max_examples=40, deadline=None)
@given(blocks(max_cells=9))
def test_one_arrow_for_each_operation_and_each_output(block):
    panel, live = panel_of(block), live_cells(block)
    ends = {line.points[3]: line.source for line in panel.lines if line.is_arrow}
    outputs = [index for index, cell in live.items() if cell.is_output]
    assert len(ends) == 2 * len(live) + len(outputs)
    for cell in panel.cells:
        wanted = live[cell.index]
        read = sorted(
            (ends[arrow_end(ends, operation.box)], operation.name) for operation in cell.operations
        )
        assert read == sorted(
            [(wanted.input_1, wanted.operation_1), (wanted.input_2, wanted.operation_2)]
        )
    box = panel.output_box
    arriving = [s for (x, y), s in ends.items() if y == box.y and box.x < x < box.right]
    assert sorted(arriving) == outputs


def arrow_end(ends, box):
    """The end of the arrow that points at the middle of a box's upper edge."""
    (point,) = (end for end in ends if end == pytest.approx((box.centre[0], box.y)))
    return point


def test_operations_swap_places_rather_than_lines():
    # Cell 3 reads cell 2 first, but cell 1 stands to the left of it.
    left, right = (cell for cell in one("0c3+0c3,0d3+0d3,2c3+1d3=").cells if cell.index < 3)
    third = one("0c3+0c3,0d3+0d3,2c3+1d3=").cells[2]
    first_is_left = left.box.x < right.box.x
    names = [operation.name for operation in third.operations]
    assert names == (
        ["depthwise_3x3", "conv_3x3"] if first_is_left else ["conv_3x3", "depthwise_3x3"]
    )


def test_removed_cell_is_read_through():
    panel = one("0c3+0c3,1,2d3+2d3=")
    assert [cell.index for cell in panel.cells] == [1, 3]
    assert {line.source for line in panel.lines} == {0, 1, 3}


@pytest.mark.parametrize("block", [(), from_string("0c3+0c3").blocks[0]])
def test_no_output(block):
    panel = panel_of(block)
    assert panel.cells == panel.lines == ()
    assert panel.output_lines == ("output", "no cell reaches it")


def test_many_outputs_wrap():
    panel = one(",".join(["0c3+0c3="] * 20))
    assert len(panel.output_lines) > 2
    assert " ".join(panel.output_lines[1:]).endswith("C19, C20")
