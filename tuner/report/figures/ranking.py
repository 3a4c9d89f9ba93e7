"""What the ranker expected of candidates, and what training showed.

Source: the paper, section 4.5 and Table 3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.figure import Figure

from memnas_tf.drawing import colours
from tuner.report.figures import style
from tuner.report.ranking_quality import RankingQuality

MOST_ROUNDS = 12
_COLUMNS = 2


def draw_ranking(qualities: Sequence[RankingQuality]) -> Figure:
    """Draw measured against expected efficiency, each round for itself.

    Args:
        qualities: The ranked rounds; of more than `MOST_ROUNDS` the last ones are drawn.

    Returns:
        The figure; on the dashed line the ranker was right.
    """
    shown = qualities[-MOST_ROUNDS:]
    columns = min(_COLUMNS, max(1, len(shown)))
    rows = math.ceil(len(shown) / columns) or 1
    figure = style.new_figure(style.WIDTH, 0.3 + 2.7 * rows)
    if not shown:
        style.say(style.new_axes(figure), "no ranked round is over yet")
    grid = figure.add_gridspec(rows, columns)
    for number, quality in enumerate(shown):
        axes = style.new_axes(
            figure,
            grid[number],
            x="expected efficiency" if number + columns >= len(shown) else "",
            y="measured" if number % columns == 0 else "",
        )
        axes.set_title(_heading(quality), loc="left", fontsize=style.SMALL_FONT)
        axes.locator_params(nbins=4)
        axes.scatter(
            *(quality.predicted, quality.measured),
            color=style.SERIES[0],
            **style.points(len(quality.measured)),
        )
        right = [*quality.predicted, *quality.measured]
        ends = (min(right), max(right))
        axes.plot(ends, ends, color=colours.FAINT, linewidth=0.8, linestyle=(0, (4, 3)))
    return figure


def _heading(quality: RankingQuality) -> str:
    scores = f"AP {quality.ap:.2f}  NDCG {quality.ndcg:.2f}  tau {quality.tau:.2f}"
    return f"round {quality.number}, k = {quality.k}\n{scores}"


def draw_ranking_quality(qualities: Sequence[RankingQuality]) -> Figure:
    """Draw how good the ranking of each round was.

    Args:
        qualities: The ranked rounds.

    Returns:
        The figure: AP, NDCG and Kendall's tau over the rounds.
    """
    figure = style.new_figure(style.WIDTH, 3.6)
    axes = style.new_axes(figure, x="round", y="score")
    style.along_rounds(axes, [quality.number for quality in qualities])
    if not qualities:
        style.say(axes, "no ranked round is over yet")
        return figure
    numbers = [quality.number for quality in qualities]
    for name, words, colour in (
        ("ap", "AP@k", style.SERIES[0]),
        ("ndcg", "NDCG@k", style.SERIES[1]),
        ("tau", "Kendall's tau", style.SERIES[2]),
    ):
        values = [getattr(quality, name) for quality in qualities]
        axes.plot(
            numbers, values, color=colour, marker="o", markersize=4, linewidth=1.6, label=words
        )
    axes.axhline(0, color=colours.FAINT, linewidth=0.8)
    axes.set_ylim(min(-0.05, *(quality.tau - 0.05 for quality in qualities)), 1.05)
    style.legend(axes, loc="lower left", ncols=3, bbox_to_anchor=(0.0, 1.0))
    return figure
