"""The layout of a lifetime plot: a bar for each tensor, and below them the memory of each step.

Source: the paper, Figure 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from memnas_tf.drawing import measures as m
from memnas_tf.drawing.placement import spread
from memnas_tf.drawing.shapes import Box, Label, Point
from memnas_tf.drawing.text import line_height, text_width, wrap
from memnas_tf.errors import ConfigError
from memnas_tf.memory.lifetime_rows import LifetimeRow, memory_per_step
from memnas_tf.memory.units import format_bytes

ROW_FONT = 8.5
_ROW_PITCH, _MIN_ROW_PITCH = 0.22, 0.165
_MAX_BARS_HEIGHT = 12.0
# Where there is no room to name every row.
_DENSE_BARS_HEIGHT = 10.0
_NAMED_ALIVE, _NAMED_LARGEST = 30, 12
_MIN_MARKED_HEIGHT = 0.03
_BAR_SHARE = 0.72

_STEP_WIDTH = 0.42
_MIN_PLOT_WIDTH, _MAX_PLOT_WIDTH = 5.0, 9.0
_MIN_BAND_WIDTH = 0.02
_MIN_NAMES_WIDTH, _MAX_NAMES_WIDTH = 0.9, 3.2
_COLUMN_GAP = 0.14
_LEADER_WIDTH = 0.6
_MEMORY_HEIGHT = 1.9
_PEAK_GAP = 0.42
_AXIS_HEIGHT = 0.3
_TICK_WIDTH = 0.5
_MEMORY_TICKS = 4


@dataclass(frozen=True)
class Bar:
    """One tensor's bar, and whether it lives at the peak."""

    box: Box
    is_marked: bool


@dataclass(frozen=True)
class RowLabel:
    """The name and the size of one row.

    Attributes:
        name: What stands at the left.
        size: What stands at the right of the name.
        y: The middle of both.
        bar: The middle of the left edge of the row's bar.
        is_marked: Whether the tensor lives at the peak.
    """

    name: str
    size: str
    y: float
    bar: Point
    is_marked: bool


@dataclass(frozen=True)
class LifetimePage:
    """The whole plot.

    Attributes:
        width: Its width.
        height: Its height.
        title: The title.
        subtitle: The subtitle.
        area: Where the bars are.
        bars: The bars, those to mark last.
        labels: The rows that are named.
        names_x: Where names begin.
        sizes_x: Where sizes end.
        memory: Where the curve is.
        curve: The memory of each step, two points for each.
        step_ticks: Numbers of steps and their x.
        memory_ticks: Numbers of bytes and their y.
        band: The step of the peak, across bars and curve.
        peak: The peak's name, by its middle.
        peak_point: Where the curve is highest.
        legend: What the two colours of bars mean.
        note: Which rows are named, where not all are.
    """

    width: float
    height: float
    title: Label
    subtitle: Label
    area: Box
    bars: tuple[Bar, ...]
    labels: tuple[RowLabel, ...]
    names_x: float
    sizes_x: float
    memory: Box
    curve: tuple[Point, ...]
    step_ticks: tuple[tuple[str, float], ...]
    memory_ticks: tuple[tuple[str, float], ...]
    band: Box
    peak: Label
    peak_point: Point
    legend: tuple[tuple[str, Box], ...]
    note: Label


def lay_out_lifetimes(rows: Sequence[LifetimeRow], title: str, subtitle: str) -> LifetimePage:
    """Lay out a lifetime plot.

    Args:
        rows: Which tensors live when.
        title: What stands above the plot.
        subtitle: What stands below the title.

    Returns:
        The layout, in inches.

    Raises:
        ConfigError: If there are no rows, or one has no step or no size.
    """
    _check(rows)
    rows = sorted(rows, key=lambda row: (row.first, row.last))
    memory = memory_per_step(rows)
    peak = memory.index(max(memory)) + 1
    marked = [row.first <= peak <= row.last for row in rows]
    named = _named(rows, marked)
    is_dense = len(named) < len(rows)

    names = [_shortened(rows[i].label, _MAX_NAMES_WIDTH) for i in named]
    sizes = [format_bytes(rows[i].bytes) for i in named]
    names_width = max(_MIN_NAMES_WIDTH, *(text_width(name, ROW_FONT, True) for name in names))
    sizes_width = max(text_width(f"{size} ", ROW_FONT, True) for size in sizes)
    sizes_x = m.PAGE_MARGIN + names_width + _COLUMN_GAP + sizes_width
    left = sizes_x + (_LEADER_WIDTH if is_dense else _COLUMN_GAP)
    plot_width = min(max(len(memory) * _STEP_WIDTH, _MIN_PLOT_WIDTH), _MAX_PLOT_WIDTH)
    width = left + plot_width + m.PAGE_MARGIN

    title_label, y = _heading(title, m.TITLE_FONT, m.PAGE_MARGIN, width, bold=True)
    subtitle_label, y = _heading(subtitle, m.FONT, y, width)
    y += m.SECTION_GAP if y > m.PAGE_MARGIN else 0
    pitch = min(_ROW_PITCH, max(_MIN_ROW_PITCH, _MAX_BARS_HEIGHT / len(rows)))
    height = _DENSE_BARS_HEIGHT if is_dense else pitch * len(rows)
    area = Box(left, y, plot_width, height)
    bars = [_bar(row, i, area, len(rows), len(memory), marked[i]) for i, row in enumerate(rows)]
    labels = _labels(area, [bars[i] for i in named], names, sizes)

    curve_box = Box(left, area.bottom + _PEAK_GAP, plot_width, _MEMORY_HEIGHT)
    curve, top = _curve(memory, curve_box), max(memory)
    step = plot_width / len(memory)
    peak_x = left + (peak - 0.5) * step
    band_width = max(step, _MIN_BAND_WIDTH)
    legend, note = _legend(
        curve_box.bottom + _AXIS_HEIGHT + m.SECTION_GAP, peak, marked, is_dense, width
    )
    end = note.position[1] + len(note.lines) * line_height(m.SMALL_FONT)
    return LifetimePage(
        width,
        end + m.PAGE_MARGIN,
        title_label,
        subtitle_label,
        area,
        tuple(sorted(bars, key=lambda bar: bar.is_marked)),
        tuple(labels),
        m.PAGE_MARGIN,
        sizes_x,
        curve_box,
        curve,
        tuple((str(s), left + (s - 0.5) * step) for s in _step_numbers(len(memory), plot_width)),
        tuple(
            (format_bytes(value), curve_box.bottom - curve_box.height * value / top)
            for value in _memory_values(top)
        ),
        Box(peak_x - band_width / 2, area.y, band_width, curve_box.bottom - area.y),
        _peak_label(memory, peak, peak_x, curve_box),
        (peak_x, curve_box.y),
        legend,
        note,
    )


def _check(rows: Sequence[LifetimeRow]) -> None:
    if not rows:
        raise ConfigError("there are no lifetimes to draw; give at least one row")
    for row in rows:
        if not 1 <= row.first <= row.last:
            raise ConfigError(
                f"{row.label!r} lives from step {row.first} to {row.last}; "
                "use steps from 1, the first not after the last"
            )
        if row.bytes <= 0:
            raise ConfigError(f"{row.label!r} has {row.bytes} bytes; use 1 or more")


def _named(rows: Sequence[LifetimeRow], marked: Sequence[bool]) -> list[int]:
    """Choose the rows that get a name: all, or the largest at the peak and of all."""
    if len(rows) * _MIN_ROW_PITCH <= _MAX_BARS_HEIGHT:
        return list(range(len(rows)))
    largest = sorted(range(len(rows)), key=lambda i: -rows[i].bytes)
    at_peak = [i for i in largest if marked[i]][:_NAMED_ALIVE]
    return sorted({*at_peak, *largest[:_NAMED_LARGEST]})


def _heading(
    text: str, points: float, y: float, width: float, bold: bool = False
) -> tuple[Label, float]:
    lines = wrap(text, width - 2 * m.PAGE_MARGIN, points, bold)
    return Label(lines, (m.PAGE_MARGIN, y)), y + len(lines) * line_height(points)


def _bar(row: LifetimeRow, number: int, area: Box, rows: int, steps: int, is_marked: bool) -> Bar:
    step, pitch = area.width / steps, area.height / rows
    height = _BAR_SHARE * pitch
    if is_marked:
        height = max(height, min(_MIN_MARKED_HEIGHT, area.height))
    middle = area.y + (number + 0.5) * pitch
    middle = min(max(middle, area.y + height / 2), area.bottom - height / 2)
    x = area.x + (row.first - 1) * step
    return Bar(Box(x, middle - height / 2, (row.last - row.first + 1) * step, height), is_marked)


def _labels(
    area: Box, bars: Sequence[Bar], names: Sequence[str], sizes: Sequence[str]
) -> list[RowLabel]:
    targets = [bar.box.centre[1] for bar in bars]
    gap = min(_MIN_ROW_PITCH, area.height / len(bars))
    places = spread(targets, [1.0] * len(bars), [gap] * (len(bars) - 1))
    # Spreading may push the outermost over the edge: there is room for all within.
    low, high = area.y + gap / 2, area.bottom - gap / 2
    count = len(places)
    places = [
        min(max(y, low + i * gap), high - (count - 1 - i) * gap) for i, y in enumerate(places)
    ]
    return [
        RowLabel(name, size, y, (bar.box.x, bar.box.centre[1]), bar.is_marked)
        for bar, name, size, y in zip(bars, names, sizes, places, strict=True)
    ]


def _curve(memory: Sequence[int], box: Box) -> tuple[Point, ...]:
    step, top = box.width / len(memory), max(memory)
    points: list[Point] = []
    for number, value in enumerate(memory):
        y = box.bottom - box.height * value / top
        points += [(box.x + number * step, y), (box.x + (number + 1) * step, y)]
    return tuple(points)


def _peak_label(memory: Sequence[int], peak: int, x: float, box: Box) -> Label:
    others = [number for number, value in enumerate(memory, 1) if value == memory[peak - 1]][1:]
    text = f"peak: {format_bytes(memory[peak - 1])} in step {peak}"
    if len(others) > 2:
        text += f", and in {len(others)} later steps"
    elif others:
        text += f", and in {' and '.join(map(str, others))}"
    half = text_width(text, m.FONT, bold=True) / 2
    x = min(max(x, box.x + half), box.right - half)
    return Label((text,), (x, box.y - _PEAK_GAP / 2))


def _legend(
    y: float, peak: int, marked: Sequence[bool], is_dense: bool, width: float
) -> tuple[tuple[tuple[str, Box], ...], Label]:
    texts = [f"in memory in step {peak}: {sum(marked)} of {len(marked)}"]
    if not all(marked):
        texts.append("at other times")
    x = m.PAGE_MARGIN
    items = []
    for text in texts:
        items.append((text, Box(x, y, m.SWATCH, m.SWATCH / 2)))
        x += m.SWATCH + m.SWATCH_GAP + text_width(text, m.FONT) + m.LEGEND_GAP
    if not is_dense:
        return tuple(items), Label((), (m.PAGE_MARGIN, y + m.SWATCH / 2))
    few = sum(marked) <= _NAMED_ALIVE
    at_peak = f"those in memory in step {peak}" if few else f"the {_NAMED_ALIVE} largest of them"
    note = f"Named are {at_peak} and the {_NAMED_LARGEST} largest of all."
    lines = wrap(note, width - 2 * m.PAGE_MARGIN, m.SMALL_FONT)
    return tuple(items), Label(lines, (m.PAGE_MARGIN, y + m.LEGEND_ROW))


def _nice_step(least: float) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, ... that is not below `least`."""
    power = int(10 ** max(0, floor(log10(max(least, 1)))))
    return next(f * power for f in (1, 2, 5, 10) if f * power >= least)


def _step_numbers(steps: int, width: float) -> list[int]:
    every = _nice_step(steps * _TICK_WIDTH / width)
    if every == 1:
        return list(range(1, steps + 1))
    return [1, *range(every, steps + 1, every)] if every > 2 else list(range(1, steps + 1, 2))


def _memory_values(top: int) -> list[int]:
    every = _nice_step(top / _MEMORY_TICKS)
    return list(range(0, top + 1, every))


def _shortened(text: str, width: float) -> str:
    """Cut the middle out of a text that is too wide."""
    if text_width(text, ROW_FONT, bold=True) <= width:
        return text
    kept = len(text)
    while kept > 2:
        kept -= 1
        short = f"{text[: ceil(kept / 2)]}…{text[len(text) - kept // 2 :]}"
        if text_width(short, ROW_FONT, bold=True) <= width:
            return short
    return "…"
