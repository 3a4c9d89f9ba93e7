"""Which tensor lives when, as a picture: a bar for each tensor, below them the memory of each step.

Source: the paper, Figure 3.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from memnas_tf.drawing import colours
from memnas_tf.drawing import measures as m
from memnas_tf.drawing.picture_file import write_picture
from memnas_tf.drawing.text import line_height, wrap
from memnas_tf.errors import ConfigError
from memnas_tf.memory.lifetime_rows import LifetimeRow, memory_per_step
from memnas_tf.memory.units import format_bytes

_MARKED, _OTHER = "#c2452d", "#9bb3cb"
_BAND, _GRID = "#fae3dc", "#e8e8e8"
_MEMORY_FILL, _MEMORY_LINE = "#d6e1ec", "#44627f"
_ROW_FONT = 8.5
_LONGEST_NAME = 44
# Inches.
_WIDTH, _BARS_WIDTH = 9.0, 4.6  # of all, and of the bars beside the longest names
_FRAME_HEIGHT, _ROW_HEIGHT, _MEMORY_HEIGHT = 1.2, 0.19, 1.9
# Of more rows than fit a page, those that matter: the largest at the peak, and of all.
_MOST_ROWS, _LARGEST_AT_PEAK, _LARGEST_OF_ALL = 70, 30, 12


def draw_lifetimes(
    rows: Sequence[LifetimeRow], path: str | os.PathLike[str], title: str, subtitle: str = ""
) -> None:
    """Draw which tensor lives when, and the memory of each step, into a PNG or SVG file.

    There is a bar for each tensor, sorted by its first step; below them the sum of what lives.
    The step that needs the most, the first of them, is marked, and so are the tensors that live
    in it. Of more than 70 tensors those that matter have a bar: the largest at the peak, and of
    all. The same arguments give the same file.

    Source: the paper, Figure 3.

    Args:
        rows: Which tensors live when, in steps from 1, and their bytes.
        path: Where the picture goes, replacing what is there. Its suffix, .png or .svg, chooses
            the format. Folders on the way are made.
        title: What stands above the plot.
        subtitle: What stands below the title.

    Raises:
        ConfigError: If the path has another suffix, there are no rows, or a row has no step or
            no size.
    """
    write_picture(path, lambda: lifetime_figure(rows, title, subtitle))


def lifetime_figure(rows: Sequence[LifetimeRow], title: str, subtitle: str) -> Figure:
    """Draw which tensor lives when, and the memory of each step.

    Args:
        rows: Which tensors live when, in steps from 1, and their bytes.
        title: What stands above the plot.
        subtitle: What stands below the title.

    Returns:
        A figure.

    Raises:
        ConfigError: If there are no rows, or a row has no step or no size.
    """
    _check(rows)
    rows = sorted(rows, key=lambda row: (row.first, row.last))
    memory = memory_per_step(rows)
    peak = memory.index(max(memory)) + 1
    shown = _shown(rows, peak)
    titles = wrap(title, _WIDTH - 2 * m.PAGE_MARGIN, m.TITLE_FONT, bold=True)
    subtitles = wrap(subtitle, _BARS_WIDTH, m.FONT)
    head = len(titles) * line_height(m.TITLE_FONT) + len(subtitles) * line_height(m.FONT)
    heights = (len(shown) * _ROW_HEIGHT, _MEMORY_HEIGHT)
    figure = Figure(
        figsize=(_WIDTH, head + sum(heights) + _FRAME_HEIGHT),
        facecolor=colours.BACKGROUND,
        layout="constrained",
    )
    figure.suptitle("\n".join(titles), fontsize=m.TITLE_FONT, weight="bold")
    bars, curve = figure.subplots(2, 1, sharex=True, height_ratios=heights)
    bars.set_title("\n".join(subtitles), fontsize=m.FONT, color=colours.FAINT)
    for axes in (bars, curve):
        axes.axvspan(peak - 0.5, peak + 0.5, color=_BAND, linewidth=0, zorder=0)
        axes.grid(axis="x", color=_GRID, linewidth=0.5)
        axes.set_axisbelow(True)
        axes.tick_params(length=0, labelsize=_ROW_FONT, colors=colours.FAINT)
        axes.spines[["left", "right", "top"]].set_visible(False)
    _draw_bars(bars, shown, peak)
    _draw_memory(curve, memory, peak)
    _add_legend(figure, rows, shown, peak)
    for words in (*figure.texts, bars.title):
        words.set_parse_math(False)  # a dollar sign in a title is a dollar sign
    return figure


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


def _lives(row: LifetimeRow, step: int) -> bool:
    return row.first <= step <= row.last


def _shown(rows: Sequence[LifetimeRow], peak: int) -> list[LifetimeRow]:
    """Choose the rows that get a bar: all, or the largest at the peak and of all."""
    if len(rows) <= _MOST_ROWS:
        return list(rows)
    largest = sorted(range(len(rows)), key=lambda i: -rows[i].bytes)
    at_peak = [i for i in largest if _lives(rows[i], peak)][:_LARGEST_AT_PEAK]
    return [rows[i] for i in sorted({*at_peak, *largest[:_LARGEST_OF_ALL]})]


def _draw_bars(axes: Axes, rows: Sequence[LifetimeRow], peak: int) -> None:
    marks = [_MARKED if _lives(row, peak) else _OTHER for row in rows]
    axes.barh(
        range(len(rows)),
        [row.last - row.first + 1 for row in rows],
        left=[row.first - 0.5 for row in rows],
        height=0.72,
        color=marks,
    )
    names = [f"{_shortened(row.label)}   {format_bytes(row.bytes)}" for row in rows]
    axes.set_yticks(range(len(rows)), names, parse_math=False)
    for label, mark in zip(axes.get_yticklabels(), marks, strict=True):
        is_marked = mark == _MARKED
        label.set(color=mark if is_marked else colours.TEXT, weight="bold" if is_marked else None)
    axes.set_ylim(len(rows) - 0.5, -0.5)


def _draw_memory(axes: Axes, memory: Sequence[int], peak: int) -> None:
    edges = [step + 0.5 for step in range(len(memory) + 1)]
    axes.stairs(memory, edges, fill=True, color=_MEMORY_FILL, zorder=1)
    axes.stairs(memory, edges, color=_MEMORY_LINE, linewidth=1.2)
    axes.set_title(_peak_words(memory, peak), fontsize=m.FONT, weight="bold", color=_MARKED)
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(0, max(memory) * 1.05)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=20, integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: format_bytes(int(value))))
    axes.grid(axis="y", color=_GRID, linewidth=0.5)
    axes.set_xlabel("step", fontsize=_ROW_FONT, color=colours.FAINT)
    axes.set_ylabel("memory", fontsize=m.FONT, weight="bold")


def _peak_words(memory: Sequence[int], peak: int) -> str:
    others = [number for number, value in enumerate(memory, 1) if value == memory[peak - 1]][1:]
    words = f"peak: {format_bytes(memory[peak - 1])} in step {peak}"
    if len(others) > 2:
        words += f", and in {len(others)} later steps"
    elif others:
        words += f", and in {' and '.join(map(str, others))}"
    return words


def _add_legend(
    figure: Figure, rows: Sequence[LifetimeRow], shown: Sequence[LifetimeRow], peak: int
) -> None:
    alive = sum(_lives(row, peak) for row in rows)
    words = [f"in memory in step {peak}: {alive} of {len(rows)}"]
    if alive < len(rows):
        words.append("at other times")
    if len(shown) < len(rows):
        words.append(f"{len(rows) - len(shown)} smaller ones have no bar, but count")
    patches = [
        Patch(color=colour, label=text)
        for colour, text in zip((_MARKED, _OTHER, "none"), words, strict=False)
    ]
    figure.legend(
        handles=patches, loc="outside lower left", ncols=3, fontsize=m.FONT, frameon=False
    )


def _shortened(name: str) -> str:
    """Cut the middle out of a name that is too long."""
    if len(name) <= _LONGEST_NAME:
        return name
    kept = _LONGEST_NAME - 1
    return f"{name[: -(-kept // 2)]}…{name[len(name) - kept // 2 :]}"
