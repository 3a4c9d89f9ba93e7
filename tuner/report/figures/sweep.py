"""Accuracy and memory against lambda.

Source: the paper, Figure 5.
"""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from tuner.objective import ACCURACY, SearchObjective
from tuner.report.comparison import RESULT, TRADEOFF, Group
from tuner.report.figures import style

_MEMORIES = (("intermediate_bytes", "intermediate memory"), ("parameter_bytes", "parameter memory"))


def draw_sweep(groups: Sequence[Group], objective: SearchObjective = ACCURACY) -> Figure:
    """Draw what searches come to as lambda goes from memory alone to accuracy alone.

    Args:
        groups: Searches by rising lambda; those of several seeds have error bars, the 95 %
            confidence interval of the mean.
        objective: What their trials reported, where that is not an accuracy.

    Returns:
        The figure: accuracy above, memory below.
    """
    figure = style.new_figure(style.WIDTH, 5.2)
    tradeoffs = [group.settings[TRADEOFF] for group in groups]
    colours = iter(style.SERIES)
    upper = style.new_axes(figure, 211, "Sweep of lambda")
    lower = style.new_axes(figure, 212, x="lambda", y="memory")
    for axes, lines in (
        (upper, ((RESULT, f"the answer's {objective.short}"),)),
        (lower, _MEMORIES),
    ):
        for name, label in lines:
            means = [group.means[name] for group in groups]
            axes.errorbar(
                tradeoffs,
                [mean.mean for mean in means],
                [mean.half_width or 0.0 for mean in means],
                color=next(colours),
                marker="o",
                markersize=4,
                capsize=3,
                label=label,
            )
        style.legend(axes, loc="best")
    style.of_objective(upper.yaxis, objective)
    style.in_bytes(lower.yaxis)
    lower.set_ylim(bottom=0)
    return figure
