"""Means over seeds with intervals, differences between contestants, and tables of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import t as student

Rows = Sequence[Mapping[str, Any]]
METRICS = {
    "tau": "Kendall tau",
    "tau_random": "tau, random",
    "tau_grown": "tau, grown",
    "ap_short": "AP@5 %",
    "ap_long": "AP@10 %",
    "ndcg_short": "NDCG@5 %",
    "ndcg_long": "NDCG@10 %",
    "precision_long": "precision@10 %",
    "best_rank_short": "best rank@5 %",
    "fit_seconds": "fit, processor s",
}
DIFFERENCES = {
    "scc": ("single-gru", "double-gru"),
    "ridge-trees": ("scc", "double-gru", "parameters"),
}


class Interval(NamedTuple):
    """A mean and how far from it the 95 % confidence interval reaches."""

    mean: float
    half: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} ± {self.half:.3f}"


def interval(values: Sequence[float]) -> Interval:
    """Compute the mean of a value over seeds, and Student's interval of 95 %."""
    half = student.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / len(values) ** 0.5
    return Interval(float(np.mean(values)), float(half))


def values_of(rows: Rows, task: str, labels: int, name: str, metric: str) -> list[float]:
    """Return a contestant's metric at a task, in the order of the seeds."""
    own = [r for r in rows if (r["task"], r["labels"], r["ranker"]) == (task, labels, name)]
    return [float(row[metric]) for row in sorted(own, key=lambda row: int(row["seed"]))]


def metric_table(rows: Rows, task: str, labels: int, names: Sequence[str]) -> list[str]:
    """Write the metrics of contestants at a task as a table."""
    lines = [f"| | {' | '.join(METRICS.values())} |", "| --- " * (len(METRICS) + 1) + "|"]
    for name in names:
        cells = [interval(values_of(rows, task, labels, name, metric)) for metric in METRICS]
        lines.append(f"| {name} | {' | '.join(map(str, cells))} |")
    return lines


def difference_table(rows: Rows, task: str, labels: int) -> list[str]:
    """Write the differences between contestants under the same seeds as a table."""
    lines = ["| | Kendall tau | best rank@5 % |", "| --- | --- | --- |"]
    for name, others in DIFFERENCES.items():
        for other in others:
            lines.append(
                f"| {name} less {other} | {_differences(rows, task, labels, name, other)} |"
            )
    return lines


def pair_table(rows: Rows, tasks: Sequence[tuple[str, int]], name: str, other: str) -> list[str]:
    """Write the differences between two contestants under the same seeds, a line for each task."""
    return [
        f"| {name} less {other} | Kendall tau | best rank@5 % |",
        "| --- | --- | --- |",
        *(
            f"| {task}, {labels} labels | {_differences(rows, task, labels, name, other)} |"
            for task, labels in tasks
        ),
    ]


def _differences(rows: Rows, task: str, labels: int, name: str, other: str) -> str:
    cells = []
    for metric in ("tau", "best_rank_short"):
        mine = values_of(rows, task, labels, name, metric)
        theirs = values_of(rows, task, labels, other, metric)
        mean, half = interval([a - b for a, b in zip(mine, theirs, strict=True)])
        cells.append(f"{mean:+.3f} ± {half:.3f}")
    return " | ".join(cells)


def alternative_table(
    rows: Rows, tasks: Sequence[tuple[str, int]], names: Sequence[str]
) -> list[str]:
    """Write the Kendall tau of contestants at several tasks as a table."""
    lines = [
        f"| | {' | '.join(f'{task}, {labels} labels' for task, labels in tasks)} |",
        "| --- " * (len(tasks) + 1) + "|",
    ]
    for name in names:
        cells = [interval(values_of(rows, *task, name, "tau")) for task in tasks]
        lines.append(f"| {name} | {' | '.join(map(str, cells))} |")
    return lines
