"""Sweep lambda with both variants of Equation 4 on a model of the table (the paper, Figure 5).

    python -m benchmarks.simulated.sweep --results benchmarks/results/simulated_sweep.jsonl

Prints what the searches answer, as means over seeds. Results are written as they come, and the
same command goes on from them; those of a table that has grown since are dropped.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from benchmarks.results_file import complete, keep_of_table
from benchmarks.simulated.memnas_methods import search
from benchmarks.simulated.simulation import Simulation
from benchmarks.simulated.surrogate import Surrogate
from benchmarks.table import TABLE, load_table
from benchmarks.table_training import table_template
from benchmarks.tradeoff_sweep import TRADEOFFS
from memnas_tf.genotype import from_string
from memnas_tf.memory import format_bytes, lifetime_memory, parameter_memory
from memnas_tf.metric import METRICS
from tuner.report.intervals import mean_interval


def sweep_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write the answers of searches as a table in Markdown.

    Args:
        rows: The answers: "metric", "tradeoff", "accuracy" from 0 to 1, "cells" of the largest
            block, "parameter_bytes" and "lifetime_bytes".

    Returns:
        The table, a line for each metric and lambda, with 95 % confidence intervals.
    """
    lines = [
        "| metric | lambda | accuracy, % | cells | parameters | lifetime memory |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for metric, tradeoff in dict.fromkeys((row["metric"], row["tradeoff"]) for row in rows):
        same = [row for row in rows if (row["metric"], row["tradeoff"]) == (metric, tradeoff)]
        accuracy = mean_interval([100 * row["accuracy"] for row in same])
        cells, parameters, lifetime = (
            mean_interval([row[name] for row in same]).mean
            for name in ("cells", "parameter_bytes", "lifetime_bytes")
        )
        lines.append(
            f"| {metric} | {tradeoff} | {accuracy.mean:.2f} ± {accuracy.half_width or 0:.2f} | "
            f"{cells:.1f} | {format_bytes(parameters)} | {format_bytes(lifetime)} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Run the searches that are missing, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--table", type=Path, default=TABLE)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--budget", type=int, default=500, help="in epochs")
    args = parser.parse_args()
    template = table_template(args.table)
    rows = load_table([args.table])
    keep_of_table(args.results, len(rows))
    surrogate = Surrogate(rows, template)

    def measure(key: str) -> dict[str, Any]:
        metric, tradeoff, seed = key.split("/")
        simulation = Simulation(surrogate, int(seed), args.budget)
        answer = from_string(search(simulation, metric=metric, tradeoff=float(tradeoff)))
        return {
            "run": key,
            "networks": len(rows),
            "metric": metric,
            "tradeoff": float(tradeoff),
            "accuracy": surrogate.accuracy(answer),
            "cells": max(len(block) for block in answer.blocks),
            "parameter_bytes": parameter_memory(answer, template),
            "lifetime_bytes": lifetime_memory(answer, template),
        }

    keys = [
        f"{metric}/{tradeoff}/{seed}"
        for metric, tradeoff, seed in product(METRICS, TRADEOFFS, range(args.seeds))
    ]
    print(sweep_table(complete(args.results, "run", keys, measure)))


if __name__ == "__main__":
    main()
