"""Room for text, held against the font that is drawn with."""

import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from memnas_tf.drawing.text import halve, text_width, wrap
from memnas_tf.operations import OPERATIONS

TEXTS = [
    *(operation.title for operation in OPERATIONS.values()),
    *("blocks 1 to 5", "concat of C1, C2, C10", "no cell reaches it"),
    *("5x0d3+0f7,1ap:0d5=,1mp+2mp=", "ROUND 12: THE WINNER", "accuracy 95.1 %, memory 1.2 MB"),
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_width_is_close_to_the_fonts_and_not_below(text, weight):
    font = FontProperties(family="DejaVu Sans", weight=weight)
    real = TextPath((0, 0), text, size=10, prop=font).get_extents().width / 72
    assert real <= text_width(text, 10, bold=weight == "bold") * 1.02
    assert text_width(text, 10, bold=weight == "bold") <= real * 1.4


def test_other_scripts_take_a_whole_em():
    assert text_width("網路", 72) == 2


def test_wrap_keeps_within_the_width_and_loses_nothing():
    text = "5x0d3+0f7,1ap:0d5=,1mp+2mp=/" * 20 + " and words"
    lines = wrap(text, 3, 10)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(text_width(line, 10) <= 3 for line in lines)


def test_wrap_breaks_where_the_text_does():
    assert wrap("one\ntwo three", 10, 10) == ("one", "two three")
    assert wrap("", 10, 10) == ()


def test_wrap_ends_where_not_even_a_letter_fits():
    assert wrap("ab", 0.01, 10) == ("a", "b")


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("identity", ("identity",)),
        ("3x3 depthwise", ("3x3", "depthwise")),
        ("3x3 average pooling", ("3x3 average", "pooling")),
    ],
)
def test_halve(title, lines):
    assert halve(title) == lines
