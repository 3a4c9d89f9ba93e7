"""The comparison of searches: one page of HTML."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from memnas_tf.memory.units import format_bytes
from tuner.objective import SearchObjective
from tuner.report.charts import Chart
from tuner.report.comparison import RESULT, TRADEOFF, Compared, Group, seed_groups, sweeps
from tuner.report.figures.progress import draw_progress
from tuner.report.figures.sweep import draw_sweep
from tuner.report.html.pictures import make_picture
from tuner.report.html.rendering import render_page
from tuner.report.intervals import Interval
from tuner.report.spending import best_so_far


def render_comparison(searches: Sequence[Compared]) -> str:
    """Make the page that shows searches side by side.

    Args:
        searches: The searches.

    Returns:
        A page of HTML that needs no other file.
    """
    groups = seed_groups(searches)
    objective = searches[0].objective
    charts = [
        Chart("sweep", _sweep_words(sweep, objective), partial(draw_sweep, sweep, objective))
        for sweep in sweeps(groups)
    ]
    courses = {search.name: list(best_so_far(search.data)) for search in searches}
    charts.append(
        Chart(
            "progress",
            f"The best {objective.short} after so many epochs, and how far it is from the best "
            "of all",
            partial(draw_progress, courses, objective),
        )
    )
    return render_page(
        "compare.html.jinja",
        rows=searches,
        objective=objective,
        differing=list(searches[0].differing),
        groups=[_group_row(group, objective) for group in groups if len(group.searches) > 1],
        charts=[make_picture(chart) for chart in charts],
    )


def describe_settings(settings: dict[str, Any]) -> str:
    """Write settings for people."""
    return ", ".join(f"{name} {value}" for name, value in settings.items()) or "all the same"


def describe_result(interval: Interval, objective: SearchObjective) -> str:
    """Write the mean of results, and its confidence interval; accuracies in percent."""
    scale, digits, unit = (100, ".2f", " %") if objective.is_share else (1, ".4g", "")
    text = f"{scale * interval.mean:{digits}}"
    if interval.half_width is not None:
        text += f" ± {scale * interval.half_width:{digits}}"
    return f"{text}{unit}"


def describe_bytes(interval: Interval) -> str:
    """Write the mean of numbers of bytes, and its confidence interval."""
    text = format_bytes(interval.mean)
    if interval.half_width is not None:
        text += f" ± {format_bytes(interval.half_width)}"
    return text


def _group_row(group: Group, objective: SearchObjective) -> dict[str, Any]:
    return {
        "name": describe_settings(group.settings),
        "count": len(group.searches),
        "cells": (
            describe_result(group.means[RESULT], objective),
            describe_bytes(group.means["parameter_bytes"]),
            describe_bytes(group.means["intermediate_bytes"]),
        ),
    }


def _sweep_words(sweep: Sequence[Group], objective: SearchObjective) -> str:
    rest = {name: value for name, value in sweep[0].settings.items() if name != TRADEOFF}
    result = objective.short[:1].upper() + objective.short[1:]
    words = f"{result} and memory of the answer against lambda (the paper's Figure 5)"
    return f"{words}: {describe_settings(rest)}" if rest else words
