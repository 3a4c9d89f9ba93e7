"""Lifetime plots."""

import random
import subprocess
import sys
import xml.etree.ElementTree as ET

import matplotlib
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.image import imread
from matplotlib.text import Text

from memnas_tf.drawing import draw_lifetimes
from memnas_tf.drawing.lifetime_plot import lifetime_figure
from memnas_tf.errors import ConfigError
from memnas_tf.memory.lifetime_rows import LifetimeRow

ROWS = [
    LifetimeRow("input", 1, 1, 1000),
    LifetimeRow("left", 2, 4, 2000),
    LifetimeRow("right", 2, 3, 3000),
    LifetimeRow("deep", 3, 3, 4000),
    LifetimeRow("sum", 4, 4, 2000),
]


def many(count):
    """Rows as of a long chain with short cuts."""
    rng = random.Random(count)
    return [
        LifetimeRow(
            f"separable_convolution_{i}_of_cell_{i // 10}",
            1 + i // 2,
            1 + i // 2 + rng.choice((0, 0, 1, 9)),
            rng.randint(1, 10**6),
        )
        for i in range(count)
    ]


CASES = {
    "five": ROWS,
    "one": [LifetimeRow("only", 1, 1, 7)],
    "equal": [LifetimeRow("a", 1, 9, 10**9)] * 9,
    "70": many(70),
    "700": many(700),
    "late": [*many(90), LifetimeRow("huge", 99, 99, 10**8)],
}


def texts(path):
    return [element.text for element in ET.parse(path).iter() if element.tag.endswith("}text")]


def axes_of(rows, title="t", subtitle=""):
    return lifetime_figure(rows, title, subtitle).axes


def names(axes):
    return [label.get_text().split("   ")[0] for label in axes.get_yticklabels()]


def legend(rows):
    return [text.get_text() for text in lifetime_figure(rows, "", "").legends[0].get_texts()]


def test_the_peak_is_named_and_its_tensors_are_marked():
    bars, memory = axes_of(ROWS)
    assert memory.get_title() == "peak: 9.00 kB in step 3"
    assert names(bars) == ["input", "right", "left", "deep", "sum"]
    weights = [label.get_weight() for label in bars.get_yticklabels()]
    assert [weight == "bold" for weight in weights] == [False, True, True, True, False]
    colours = [bar.get_facecolor() for bar in bars.patches if bar.get_height() < 1]
    assert colours[1] == colours[2] == colours[3] != colours[0] == colours[4]
    assert legend(ROWS) == ["in memory in step 3: 3 of 5", "at other times"]


def test_bars_and_curve_follow_the_steps():
    bars, memory = axes_of(ROWS)
    spans = [(bar.get_x() + 0.5, bar.get_x() + bar.get_width() - 0.5) for bar in bars.patches[1:]]
    assert spans == [(row.first, row.last) for row in sorted(ROWS, key=lambda r: r[1:3])]
    values, edges, _ = memory.patches[-1].get_data()
    assert list(values) == [1000, 5000, 9000, 4000]
    assert list(edges) == [0.5, 1.5, 2.5, 3.5, 4.5]


@pytest.mark.parametrize(
    ("steps", "end"),
    [((2,), ""), ((2, 4), ", and in 4"), ((2, 4, 6), ", and in 4 and 6")],
)
def test_later_peaks_are_named(steps, end):
    rows = [LifetimeRow("a", 1, 7, 5), *(LifetimeRow("b", s, s, 5) for s in steps)]
    assert axes_of(rows)[1].get_title() == f"peak: 10 B in step 2{end}"


def test_many_later_peaks_are_counted():
    memory = axes_of([LifetimeRow("a", 1, 7, 5)])[1]
    assert memory.get_title() == "peak: 5 B in step 1, and in 6 later steps"


def test_of_many_rows_the_largest_and_those_at_the_peak_have_bars():
    rows = many(700)
    bars, _ = axes_of(rows)
    shown = set(names(bars))
    largest = sorted(rows, key=lambda row: -row.bytes)[:12]
    assert {row.label for row in largest} <= shown and len(shown) <= 42
    assert legend(rows)[2] == f"{700 - len(shown)} smaller ones have no bar, but count"


def test_of_many_rows_at_the_peak_the_largest_have_bars():
    rows = [LifetimeRow(f"row {i}", 1, 2, 1 + i) for i in range(200)]
    assert names(axes_of(rows)[0]) == [f"row {i}" for i in range(170, 200)]


@pytest.mark.parametrize("name", CASES)
def test_no_two_texts_overlap_and_none_is_cut_off(name):
    figure = lifetime_figure(CASES[name], "A title " * 30, "A subtitle " * 20)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in drawn_texts(figure)]
    for number, box in enumerate(boxes):
        assert not any(box.padded(-1).overlaps(other.padded(-1)) for other in boxes[:number])
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1


def drawn_texts(figure):
    """All texts but those of ticks beyond the axes, and of ticks without a label."""
    hidden = set()
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            labels = [tick.label1, tick.label2]
            hidden.update(labels if not low <= tick.get_loc() <= high else labels[1:])
            if not tick.label1.get_visible():
                hidden.add(tick.label1)
    return [
        text
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text() and text not in hidden
    ]


def test_png(tmp_path):
    path = tmp_path / "new" / "plot.png"
    draw_lifetimes(ROWS, path, "A title", "A subtitle")
    width, height = lifetime_figure(ROWS, "A title", "A subtitle").get_size_inches()
    assert imread(path).shape[:2] == (int(height * 150), int(width * 150))
    assert list(path.parent.iterdir()) == [path]


def test_svg_keeps_text_as_text(tmp_path):
    path = tmp_path / "plot.SVG"
    draw_lifetimes(ROWS, path, "A title", "at $5 & <more>")
    found = texts(path)
    for text in (
        *("A title", "at $5 & <more>", "input   1.00 kB", "left   2.00 kB", "deep   4.00 kB"),
        *("peak: 9.00 kB in step 3", "in memory in step 3: 3 of 5", "memory", "step"),
    ):
        assert text in found


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_same_rows_same_file_whatever_the_settings(suffix, tmp_path):
    first, second = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    draw_lifetimes(ROWS, first, "t")
    with matplotlib.rc_context({"font.size": 30, "svg.hashsalt": None, "path.simplify": False}):
        draw_lifetimes(ROWS, second, "t")
    assert first.read_bytes() == second.read_bytes()


def test_other_suffixes_are_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"\.png or \.svg"):
        draw_lifetimes(ROWS, tmp_path / "plot.pdf", "t")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no lifetimes"),
        ([LifetimeRow("a", 0, 1, 1)], "'a' lives from step 0 to 1"),
        ([LifetimeRow("a", 3, 2, 1)], "'a' lives from step 3 to 2"),
        ([LifetimeRow("a", 1, 1, 0)], "'a' has 0 bytes"),
    ],
)
def test_rows_that_cannot_be_drawn_are_refused(rows, message, tmp_path):
    with pytest.raises(ConfigError, match=message):
        draw_lifetimes(rows, tmp_path / "plot.svg", "t")


def test_neither_pyplot_nor_a_framework_is_imported(tmp_path):
    code = (
        "import sys, memnas_tf.drawing; "
        "loaded = {'matplotlib'} & set(sys.modules); "
        "from memnas_tf.drawing import draw_lifetimes; "
        "from memnas_tf.memory import LifetimeRow; "
        "draw_lifetimes([LifetimeRow('a', 1, 1, 1)], sys.argv[1], 't'); "
        "loaded |= {'matplotlib.pyplot', 'tensorflow', 'keras'} & set(sys.modules); "
        "sys.exit(str(loaded) if loaded else 0)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.png")], check=True)
