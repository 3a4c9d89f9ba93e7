"""Accuracy and memory over the rounds of a search.

Source: the paper, Figure 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from tuner.objective import ACCURACY, SearchObjective
from tuner.report.figures import style
from tuner.search.rounds import Round


def draw_rounds(rounds: Sequence[Round], objective: SearchObjective = ACCURACY) -> Figure:
    """Draw the winner of each round: its accuracy above, its memory below.

    Args:
        rounds: The rounds of a search.
        objective: What its trials reported, where that is not an accuracy.

    Returns:
        The figure. Small points are the other trials' accuracies.
    """
    figure = style.new_figure(style.WIDTH, 5.2)
    upper = style.new_axes(figure, 211, "Winners over the rounds")
    lower = style.new_axes(figure, 212, x="round", y="memory", sharex=upper)
    style.of_objective(upper.yaxis, objective)
    style.in_bytes(lower.yaxis)
    style.along_rounds(lower, [entry.number for entry in rounds])
    others = [(entry.number, trial) for entry in rounds for trial in entry.completed]
    upper.scatter(
        [number for number, _ in others],
        [objective.score(trial.quality or 0.0) for _, trial in others],
        color=style.POINT,
        label="trial",
        **style.points(len(others)),
    )
    closed = [(entry.number, won) for entry in rounds if (won := entry.winning_trial) is not None]
    if not closed:
        style.say(lower, "no round is over yet")
        return figure
    numbers = [number for number, _ in closed]
    line: dict[str, Any] = {"marker": "o", "markersize": 4, "linewidth": 1.6}
    upper.plot(
        numbers,
        [objective.score(trial.quality or 0.0) for _, trial in closed],
        color=style.SERIES[0],
        label="winner",
        **line,
    )
    for name, colour in (("intermediate", style.SERIES[1]), ("parameter", style.SERIES[2])):
        values = [getattr(trial, f"{name}_bytes") for _, trial in closed]
        lower.plot(numbers, values, color=colour, label=f"{name} memory", **line)
    lower.set_ylim(bottom=0)
    upper.tick_params(labelbottom=False)
    for axes in (upper, lower):
        style.legend(axes, loc="best")
    return figure
