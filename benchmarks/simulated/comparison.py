"""The regret of search methods, as a table and as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from memnas_tf.drawing.picture_file import write_picture
from tuner.report.figures import style
from tuner.report.intervals import Interval, mean_interval

Runs = Sequence[Mapping[str, Any]]


def regrets(runs: Runs) -> list[tuple[int, Interval]]:
    """Average how far a method's answers stay behind the best network.

    Args:
        runs: The method's searches, each with the accuracy of the best network known, "best".

    Returns:
        Epochs spent, and the regret in points of accuracy, where every search has an answer.
    """
    means = []
    for index, epochs in enumerate(runs[0]["epochs"]):
        answers = [(run["best"], run["accuracy"][index]) for run in runs]
        if all(answer is not None for _, answer in answers):
            lost = [100 * (best - answer) for best, answer in answers]
            means.append((epochs, mean_interval(lost)))
    return means


def regret_table(curves: Mapping[str, Runs]) -> str:
    """Write the regrets as a table in Markdown.

    Args:
        curves: The searches of each method.

    Returns:
        The table: points of accuracy, with 95 % confidence intervals.
    """
    points = next(iter(curves.values()))[0]["epochs"]
    lines = [
        "| after epochs | " + " | ".join(map(str, points)) + " |",
        "| --- " * (len(points) + 1) + "|",
    ]
    for method, runs in curves.items():
        found = dict(regrets(runs))
        cells = [_cell(found[epochs]) if epochs in found else "" for epochs in points]
        lines.append(f"| {method} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(interval: Interval) -> str:
    width = "" if interval.half_width is None else f" ± {interval.half_width:.2f}"
    return f"{interval.mean:.2f}{width}"


def draw_regret(curves: Mapping[str, Runs], path: Path) -> None:
    """Draw regret against epochs.

    Args:
        curves: The searches of each method.
        path: The picture, .svg or .png.
    """

    def paint() -> Figure:
        figure = style.new_figure(style.WIDTH, 4.2)
        axes = style.new_axes(
            figure, 111, "Regret of searches", "epochs spent", "points of accuracy to the best"
        )
        for colour, (method, runs) in zip(style.SERIES, curves.items(), strict=False):
            means = regrets(runs)
            epochs = [point for point, _ in means]
            middle = [interval.mean for _, interval in means]
            half = [interval.half_width or 0.0 for _, interval in means]
            axes.plot(epochs, middle, color=colour, label=method)
            low = [m - h for m, h in zip(middle, half, strict=True)]
            high = [m + h for m, h in zip(middle, half, strict=True)]
            axes.fill_between(epochs, low, high, color=colour, alpha=0.15, linewidth=0)
        axes.set_ylim(bottom=0)
        style.legend(axes, loc="upper right")
        return figure

    write_picture(path, paint)
