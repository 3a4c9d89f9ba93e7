"""How fast searches get to their best accuracy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from tuner.objective import ACCURACY, SearchObjective
from tuner.report.figures import style


def draw_progress(
    courses: Mapping[str, Sequence[tuple[int, float]]],
    objective: SearchObjective = ACCURACY,
) -> Figure:
    """Draw the best accuracy so far against the epochs that it took, and the regret.

    Args:
        courses: Epochs and best quality after each trial, by the search's name.
        objective: What the trials reported, where that is not an accuracy.

    Returns:
        The figure: the best accuracy so far above; below, on a logarithmic scale, how far it is
        from the best of all searches, and no line where it is that.
    """
    figure = style.new_figure(style.WIDTH + 1.0, 5.6)
    upper = style.new_axes(figure, 211, "Best so far")
    unit = "percentage points" if objective.is_share else f"in {objective.name}"
    lower = style.new_axes(figure, 212, "Regret", x="epochs trained", y=unit)
    style.of_objective(upper.yaxis, objective)
    points = [point for course in courses.values() for point in course]
    if not points:
        style.say(upper, "no trial is completed yet")
        return figure
    best = max(quality for _, quality in points)
    for number, (name, course) in enumerate(courses.items()):
        epochs = [count for count, _ in course]
        line: dict[str, Any] = {
            "color": style.SERIES[number % len(style.SERIES)],
            "linestyle": ("-", "--", ":")[number // len(style.SERIES) % 3],
            "drawstyle": "steps-post",
            "linewidth": 1.5,
            # matplotlib leaves a name that begins so out of its legend.
            "label": f" {name}" if name.startswith("_") else name,
        }
        upper.plot(epochs, [objective.score(quality) for _, quality in course], **line)
        regret = [best - quality for _, quality in course]
        lower.plot(epochs, [value or float("nan") for value in regret], **line)
    lower.set_yscale("log")
    if objective.is_share:
        style.in_points(lower.yaxis)
    texts = figure.legend(
        *upper.get_legend_handles_labels(),
        loc="outside lower left",
        ncols=2,
        fontsize=style.SMALL_FONT,
        frameon=False,
    ).get_texts()
    for text in texts:
        text.set_parse_math(False)
    return figure
