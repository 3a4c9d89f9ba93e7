"""Accuracy and memory against lambda.

Source: the paper, Figure 5.
"""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from tuner.report.comparison import TRADEOFF, Group
from tuner.report.figures import style

_PANELS = (
    (211, "validation accuracy", (("accuracy", "the answer's accuracy"),)),
    (
        212,
        "memory",
        (("intermediate_bytes", "intermediate memory"), ("parameter_bytes", "parameter memory")),
    ),
)


def draw_sweep(groups: Sequence[Group]) -> Figure:
    """Draw what searches come to as lambda goes from memory alone to accuracy alone.

    Args:
        groups: Searches by rising lambda; those of several seeds have error bars, the 95 %
            confidence interval of the mean.

    Returns:
        The figure: accuracy above, memory below.
    """
    figure = style.new_figure(style.WIDTH, 5.2)
    tradeoffs = [group.settings[TRADEOFF] for group in groups]
    colours = iter(style.SERIES)
    for position, words, lines in _PANELS:
        last = position == 212
        axes = style.new_axes(
            figure, position, "" if last else "Sweep of lambda", "lambda" if last else "", words
        )
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
        if last:
            style.in_bytes(axes.yaxis)
            axes.set_ylim(bottom=0)
        else:
            style.in_percent(axes.yaxis)
        style.legend(axes, loc="best")
    return figure
