"""Hours and epochs that a search spent."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from matplotlib.figure import Figure

from tuner.report.figures import style
from tuner.report.spending import RoundSpending
from tuner.timing import format_seconds

_UNITS = (("hours", 3600.0), ("minutes", 60.0), ("seconds", 1.0))


def draw_spending(rounds: Sequence[RoundSpending]) -> Figure:
    """Draw what each round spent as bars, and what all up to it spent as a line.

    Args:
        rounds: What each round spent.

    Returns:
        The figure: time to the left, epochs to the right.
    """
    figure = style.new_figure(style.WIDTH, 5.2)
    numbers = [entry.number for entry in rounds]
    seconds = [entry.seconds for entry in rounds]
    unit, size = next((pair for pair in _UNITS if sum(seconds) >= 2 * pair[1]), ("seconds", 1.0))
    panels = (
        (211, f"Time: {format_seconds(sum(seconds))}", unit, [value / size for value in seconds]),
        (212, f"Epochs: {sum(entry.epochs for entry in rounds):,}", "epochs",
         [float(entry.epochs) for entry in rounds]),
    )  # fmt: skip
    for position, title, words, values in panels:
        axes = style.new_axes(figure, position, title, x="round", y=words)
        style.along_rounds(axes, numbers)
        if not numbers:
            style.say(axes, "nothing yet")
            continue
        axes.bar(numbers, values, color=style.POINT, width=0.7, label="by round")
        axes.plot(
            numbers,
            list(accumulate(values)),
            color=style.SERIES[1],
            marker="o",
            markersize=3.5,
            label="in all",
        )
        axes.set_ylim(bottom=0)
        style.legend(axes, loc="upper left")
    return figure
