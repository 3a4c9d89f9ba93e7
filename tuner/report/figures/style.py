"""What all charts look like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from memnas_tf.drawing import colours
from memnas_tf.memory.units import format_bytes
from tuner.objective import SearchObjective

# Two charts side by side on a desk, one on a phone, where the letters can still be read.
WIDTH = 5.2
FONT, SMALL_FONT, TITLE_FONT = 10.0, 9.0, 11.0
SERIES = ("#1f5fa8", "#c2452d", "#2f7d32", "#7b3fa0", "#a8620a", "#0f7c86", "#a32a6b", "#5b6b12")
POINT, MARKED = "#6d93b8", "#c2452d"
_GRID = "#e6e6e6"


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure.

    Args:
        width: In inches.
        height: In inches.

    Returns:
        The figure, which lays itself out when it is drawn.
    """
    return Figure(figsize=(width, height), facecolor=colours.BACKGROUND, layout="constrained")


def new_axes(
    figure: Figure, position: Any = 111, title: str = "", x: str = "", y: str = "", **kwargs: Any
) -> Axes:
    """Add axes in the house style.

    Args:
        figure: The figure.
        position: Where, as `Figure.add_subplot` takes it.
        title: What stands above.
        x: What runs to the right.
        y: What runs upwards.
        **kwargs: Of `Figure.add_subplot`.

    Returns:
        The axes.
    """
    axes: Axes = figure.add_subplot(position, **kwargs)
    axes.set_title(title, loc="left", fontsize=TITLE_FONT, fontweight="bold", parse_math=False)
    axes.set_xlabel(x, fontsize=FONT)
    axes.set_ylabel(y, fontsize=FONT)
    axes.tick_params(labelsize=SMALL_FONT, color=colours.FAINT)
    axes.grid(color=_GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(colours.PANEL_OUTLINE)
    return axes


def of_objective(axis: Any, objective: SearchObjective) -> None:
    """Label an axis of what trials reported."""
    axis.set_label_text(objective.description)
    if objective.is_share:
        in_percent(axis)
    else:
        axis.set_major_locator(MaxNLocator(5))


def in_percent(axis: Any) -> None:
    """Label an axis of shares from 0 to 1 in percent."""
    axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.4g} %"))


def in_points(axis: Any) -> None:
    """Label a logarithmic axis of differences of shares in percentage points."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g}"))
    axis.set_minor_formatter(FuncFormatter(lambda value, _: ""))


def in_bytes(axis: Any) -> None:
    """Label an axis of bytes."""
    axis.set_major_locator(MaxNLocator(5))
    axis.set_major_formatter(FuncFormatter(lambda value, _: format_bytes(value)))


def along_rounds(axes: Axes, numbers: Sequence[int]) -> None:
    """Let an axis to the right run over rounds, or epochs, labelled at whole numbers alone."""
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True, min_n_ticks=1))
    if numbers:
        axes.set_xlim(min(numbers) - 0.5, max(numbers) + 0.5)


def points(count: int) -> dict[str, Any]:
    """Return how to mark so many points: the more, the smaller."""
    return {"s": 36 if count < 50 else 14, "alpha": 0.75, "linewidths": 0}


def legend(axes: Axes, **kwargs: Any) -> None:
    """Name what is drawn."""
    axes.legend(fontsize=SMALL_FONT, frameon=False, **kwargs)


def say(axes: Axes, words: str) -> None:
    """Say why there is nothing to draw."""
    axes.text(
        *(0.5, 0.5, words),
        transform=axes.transAxes,
        ha="center",
        va="center",
        color=colours.FAINT,
        fontsize=FONT,
    )
