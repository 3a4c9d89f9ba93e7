"""Accuracy against memory, with the networks that no other beats in both."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matplotlib.figure import Figure

from tuner.objective import ACCURACY, SearchObjective
from tuner.report.figures import style
from tuner.search.rounds import PlannedTrial

MEMORIES: dict[str, Callable[[PlannedTrial], int]] = {
    "parameters": lambda trial: trial.parameter_bytes,
    "intermediates": lambda trial: trial.intermediate_bytes,
    "both": lambda trial: trial.parameter_bytes + trial.intermediate_bytes,
}
_TITLES = {
    "parameters": "Memory of parameters",
    "intermediates": "Memory of intermediate results",
    "both": "Both memories added up",
}


def draw_accuracy_memory(
    trials: Sequence[PlannedTrial],
    memory: str,
    best: PlannedTrial | None = None,
    objective: SearchObjective = ACCURACY,
) -> Figure:
    """Draw the accuracy of trials against their memory.

    Args:
        trials: Completed trials.
        memory: One of `MEMORIES`.
        best: The search's answer, which is marked.
        objective: What the trials reported, where that is not an accuracy.

    Returns:
        The figure: all trials, the Pareto front as a line, and the answer.
    """
    figure = style.new_figure(style.WIDTH, 4.0)
    axes = style.new_axes(figure, title=_TITLES[memory], x="memory")
    style.in_bytes(axes.xaxis)
    style.of_objective(axes.yaxis, objective)
    qualities = [(MEMORIES[memory](trial), trial.quality or 0.0) for trial in trials]
    points = [(size, objective.score(quality)) for size, quality in qualities]
    if not points:
        style.say(axes, "no trial is completed yet")
        return figure
    x, y = zip(*points, strict=True)
    axes.scatter(x, y, color=style.POINT, label="trial", **style.points(len(points)))
    front = [points[i] for i in pareto_front(qualities)]
    axes.plot(
        *zip(*front, strict=True),
        color=style.SERIES[0],
        marker="o",
        markersize=4,
        linewidth=1.2,
        drawstyle="steps-post",
        label="Pareto front",
    )
    if best is not None:
        place = (MEMORIES[memory](best), objective.score(best.quality or 0.0))
        axes.scatter(*place, s=150, marker="*", color=style.MARKED, zorder=3, label="the answer")
    axes.margins(0.08)
    style.legend(axes, loc="best")
    return figure


def pareto_front(points: Sequence[tuple[float, float]]) -> list[int]:
    """Find the points that no other has less memory than at the same quality, or more quality.

    Args:
        points: Memory of each network, and a number of which more is better.

    Returns:
        The positions of those on the front, by rising memory; of equal points the first.
    """
    order = sorted(range(len(points)), key=lambda i: (points[i][0], -points[i][1], i))
    front: list[int] = []
    for i in order:
        if not front or points[i][1] > points[front[-1]][1]:
            front.append(i)
    return front
