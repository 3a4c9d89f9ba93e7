"""The family of a search: from the empty network over the winners to its answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from memnas_tf.drawing import colours
from memnas_tf.drawing.text import text_width, wrap
from memnas_tf.memory.units import format_bytes
from tuner.objective import ACCURACY, SearchObjective
from tuner.report.figures import style
from tuner.search.rounds import PlannedTrial, Round
from tuner.search.standings import ranked_trials, total_efficiencies

_ROW_HEIGHT = 0.55
_TREE_WIDTH, _WORDS_WIDTH = 4.0, 4.6


def draw_family_tree(rounds: Sequence[Round], objective: SearchObjective = ACCURACY) -> Figure:
    """Draw the trials of a search below the network that they were made from.

    Each row is a round; to the right stand trials of higher efficiency, added up from the empty
    network. The bold line leads over the winners, whose moves stand beside it; the star is the
    search's answer.

    Args:
        rounds: The rounds of a search.
        objective: What its trials reported, where that is not an accuracy.

    Returns:
        The figure.
    """
    rows = len(rounds) + 1
    figure = style.new_figure(_TREE_WIDTH + _WORDS_WIDTH, 1.0 + _ROW_HEIGHT * rows)
    grid = figure.add_gridspec(1, 2, width_ratios=(_TREE_WIDTH, _WORDS_WIDTH))
    tree = style.new_axes(figure, grid[0], x="memory efficiency, added up", y="round")
    words = figure.add_subplot(grid[1], sharey=tree)
    words.set_axis_off()
    words.set_xlim(0, 1)
    totals = {id(trial): total for total, trial in total_efficiencies(rounds)}
    best = next(iter(ranked_trials(rounds)), None)
    _write(words, 0, "empty network", "")
    x, y = 0.0, 0
    for number, entry in enumerate(rounds, 1):
        scored = [trial for trial in entry.trials if id(trial) in totals]
        fan: dict[str, Any] = {"color": style.POINT, "linewidth": 0.5, "alpha": 0.45}
        ends = [(x, totals[id(trial)], math.nan) for trial in scored]
        tree.plot([*chain(*ends)], [y, number, math.nan] * len(ends), **fan)
        tree.scatter(
            [totals[id(trial)] for trial in scored],
            [number] * len(scored),
            color=style.POINT,
            zorder=2,
            **style.points(len(totals)),
        )
        winner = entry.winning_trial
        if winner is None or id(winner) not in totals:
            _write(words, number, f"{len(entry.completed)} of {len(entry.trials)} trials", "")
            continue
        total = totals[id(winner)]
        tree.plot((x, total), (y, number), color=style.SERIES[0], linewidth=2, zorder=3)
        is_best = winner is best
        tree.scatter(
            (total,),
            (number,),
            s=150 if is_best else 36,
            marker="*" if is_best else "o",
            color=style.MARKED if is_best else style.SERIES[0],
            zorder=4,
        )
        _write(words, number, winner.move, _measures(winner, objective))
        x, y = total, number
    if best is not None and not any(entry.winning_trial is best for entry in rounds):
        row = next(entry.number for entry in rounds if best in entry.trials)
        tree.scatter((totals[id(best)],), (row,), s=150, marker="*", color=style.MARKED, zorder=4)
    tree.set_ylim(rows - 0.5, -0.5)
    tree.set_yticks(range(rows), ["", *(str(entry.number) for entry in rounds)])
    return figure


def _measures(trial: PlannedTrial, objective: SearchObjective) -> str:
    memory = format_bytes(trial.parameter_bytes + trial.intermediate_bytes)
    return f"{objective.format(trial.quality)}, {memory}"


def _write(axes: Axes, row: int, first: str, second: str) -> None:
    lines = wrap(first, _WORDS_WIDTH - 0.3, style.SMALL_FONT)
    shown = lines[0] if lines else ""
    if len(lines) > 1:
        while shown and text_width(f"{shown} ...", style.SMALL_FONT) > _WORDS_WIDTH - 0.3:
            shown = shown[:-1]
        shown += " ..."
    axes.text(
        0.02,
        row,
        f"{shown}\n{second}" if second else shown,
        fontsize=style.SMALL_FONT,
        color=colours.TEXT,
        va="center",
        parse_math=False,
        linespacing=1.25,
    )
