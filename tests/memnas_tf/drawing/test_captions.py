"""What a drawing says of the sizes of blocks."""

import xml.etree.ElementTree as ET

import pytest

from memnas_tf.drawing import draw_genotype
from memnas_tf.drawing.page import block_panels, lay_out_page
from memnas_tf.drawing.text import text_width
from memnas_tf.genotype import from_string
from memnas_tf.template import Template

TEMPLATE = Template((32, 32, 3), 10, (16, 16, 16), (2, 1, 2), (16,))


def said(text, base=None, template=None):
    panels = block_panels(from_string(text), base and from_string(base), template)
    return [(panel.title, panel.captions) for panel in panels]


def test_a_width_is_told_where_it_is_not_the_templates():
    assert said("0c3+0d3=/0c3+0d3=/0c3+0d3=@12") == [
        ("blocks 1 to 2", ()),
        ("block 3", ("12/8 of the filters",)),
    ]


def test_neighbours_of_another_width_do_not_share_a_panel():
    assert [title for title, _ in said("0c3+0d3=@4/0c3+0d3=@4/0c3+0d3=@6")] == [
        "blocks 1 to 2",
        "block 3",
    ]


def test_with_a_template_every_block_tells_filters_stride_shape_and_bytes():
    assert said("0c3:0d3=@12/0c3+0d3=/0c3+0d3=", template=TEMPLATE) == [
        ("block 1", ("24 filters, stride 2, 8x8x48, 12.3 kB",)),
        (
            "blocks 2 to 3",
            (
                "block 2: 16 filters, stride 1, 8x8x16, 4.10 kB",
                "block 3: 16 filters, stride 2, 4x4x16, 1.02 kB",
            ),
        ),
    ]


def test_blocks_of_a_larger_network_that_are_alike_share_a_line():
    large = Template((8, 8, 3), 10, (16, 16, 16), (1, 1, 2))
    assert said("1x0c3+0d3=@16", template=large) == [
        (
            "block 1",
            (
                "blocks 1 to 2: 32 filters, stride 1, 8x8x32, 8.19 kB",
                "block 3: 32 filters, stride 2, 4x4x32, 2.05 kB",
            ),
        )
    ]


def test_a_move_of_a_width_is_told_of_its_block_alone():
    base, widened = "3x0c3+0d3=", "0c3+0d3=/0c3+0d3=@12/0c3+0d3="
    assert said(widened, base) == [
        ("block 1", ()),
        ("block 2", ("12/8 of the filters (before: 8/8)",)),
        ("block 3", ()),
    ]
    [_, (_, (sized,)), _] = said(widened, base, TEMPLATE)
    assert sized == "24 filters (before: 16), stride 1, 8x8x24, 6.14 kB"
    [(_, (back,)), _] = said("2x0c3+0d3=", "0c3+0d3=@6/0c3+0d3=")
    assert back == "8/8 of the filters (before: 6/8)"


def test_captions_lie_between_the_title_and_the_input_and_fit_the_panel():
    plain, *_ = block_panels(from_string("3x0c3+0d3="))
    panel, *_ = block_panels(from_string("3x0c3+0d3="), None, TEMPLATE)
    assert len(panel.captions) == 3
    assert panel.input_box.y > plain.input_box.y
    moved = panel.input_box.y - plain.input_box.y
    assert panel.height - plain.height == pytest.approx(moved)
    assert all(text_width(line, 9.0) < panel.width for line in panel.captions)


def test_the_picture_holds_the_captions_and_says_what_the_bytes_are_of(tmp_path):
    path = tmp_path / "network.svg"
    genotype = from_string("0c3:0d3=@12/0c3+0d3=/0c3+0d3=")
    draw_genotype(genotype, path, template=TEMPLATE)
    found = [element.text for element in ET.parse(path).iter() if element.tag.endswith("}text")]
    assert "24 filters, stride 2, 8x8x48, 12.3 kB" in found
    page = lay_out_page(genotype, None, None, template=TEMPLATE)
    assert "in float32" in " ".join(page.note.lines)
    assert "float32" not in " ".join(lay_out_page(genotype, None, None).note.lines)
