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
from memnas_tf.drawing.lifetime_layout import lay_out_lifetimes
from memnas_tf.drawing.lifetime_plot import paint_lifetimes
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


def test_the_peak_is_named_and_its_tensors_are_marked():
    page = lay_out_lifetimes(ROWS, "t", "")
    assert page.peak.lines == ("peak: 9.00 kB in step 3",)
    assert [label.name for label in page.labels] == ["input", "right", "left", "deep", "sum"]
    assert [label.name for label in page.labels if label.is_marked] == ["right", "left", "deep"]
    assert page.legend[0][0] == "in memory in step 3: 3 of 5"
    assert page.band.x < page.peak_point[0] < page.band.right
    step = page.area.width / 4
    assert page.peak_point[0] == pytest.approx(page.area.x + 2.5 * step)


def test_bars_and_curve_follow_the_steps():
    page = lay_out_lifetimes(ROWS, "t", "")
    step = page.area.width / 4
    spans = sorted(
        (round((bar.box.x - page.area.x) / step), round((bar.box.right - page.area.x) / step))
        for bar in page.bars
    )
    assert spans == [(0, 1), (1, 3), (1, 4), (2, 3), (3, 4)]
    heights = [(page.memory.bottom - y) / page.memory.height * 9000 for _, y in page.curve]
    assert heights == pytest.approx([1000, 1000, 5000, 5000, 9000, 9000, 4000, 4000])
    assert [number for number, _ in page.step_ticks] == ["1", "2", "3", "4"]
    assert [size for size, _ in page.memory_ticks] == ["0 B", "5.00 kB"]


@pytest.mark.parametrize(
    ("steps", "end"),
    [((2,), ""), ((2, 4), ", and in 4"), ((2, 4, 6), ", and in 4 and 6")],
)
def test_later_peaks_are_named(steps, end):
    rows = [LifetimeRow("a", 1, 7, 5), *(LifetimeRow("b", s, s, 5) for s in steps)]
    assert lay_out_lifetimes(rows, "", "").peak.lines == (f"peak: 10 B in step 2{end}",)


def test_many_later_peaks_are_counted():
    page = lay_out_lifetimes([LifetimeRow("a", 1, 7, 5)], "", "")
    assert page.peak.lines == ("peak: 5 B in step 1, and in 6 later steps",)


def test_of_many_rows_the_largest_and_those_at_the_peak_are_named():
    rows = many(700)
    page = lay_out_lifetimes(rows, "t", "")
    assert len(page.bars) == 700
    marked = [label for label in page.labels if label.is_marked]
    assert len(marked) == sum(bar.is_marked for bar in page.bars)
    assert len(marked) < len(page.labels) <= 42
    assert "those in memory in step" in page.note.lines[0]


def test_of_many_rows_at_the_peak_the_largest_are_named():
    rows = [LifetimeRow(f"row {i}", 1, 2, 1 + i) for i in range(200)]
    page = lay_out_lifetimes(rows, "t", "")
    assert [label.name for label in page.labels] == [f"row {i}" for i in range(170, 200)]
    assert "the 30 largest of them" in page.note.lines[0]


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_cut_off_and_the_page_stays_within_bounds(name):
    page = lay_out_lifetimes(CASES[name], "A title " * 30, "A subtitle " * 40)
    assert page.width <= 16 and page.height <= 19
    for bar in page.bars:
        assert page.area.x - 1e-9 <= bar.box.x and bar.box.right <= page.area.right + 1e-9
        assert page.area.y - 1e-9 <= bar.box.y and bar.box.bottom <= page.area.bottom + 1e-9
    assert page.area.bottom < page.peak.position[1] < page.memory.y


@pytest.mark.parametrize("name", CASES)
def test_no_two_texts_overlap(name):
    figure = paint_lifetimes(lay_out_lifetimes(CASES[name], "A title " * 30, "A subtitle"))
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.findobj(Text)]
    for number, box in enumerate(boxes):
        assert not any(box.padded(-1).overlaps(other.padded(-1)) for other in boxes[:number])
        assert figure.bbox.x0 < box.x0 and box.x1 < figure.bbox.x1
        assert figure.bbox.y0 < box.y0 and box.y1 < figure.bbox.y1


def test_png(tmp_path):
    path = tmp_path / "new" / "plot.png"
    draw_lifetimes(ROWS, path, "A title", "A subtitle")
    page = lay_out_lifetimes(ROWS, "A title", "A subtitle")
    assert imread(path).shape[:2] == (int(page.height * 150), int(page.width * 150))
    assert list(path.parent.iterdir()) == [path]


def test_svg_keeps_text_as_text(tmp_path):
    path = tmp_path / "plot.SVG"
    draw_lifetimes(ROWS, path, "A title", "at $5 & <more>")
    found = texts(path)
    for text in (
        *("A title", "at $5 & <more>", "input", "left", "right", "deep", "sum", "4.00 kB"),
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
