"""Compare rankers on networks that were really trained: the paper's Table 3, and more.

    python -m benchmarks.rankers --plot docs/pictures/rankers.svg

A task is to learn from some networks of the table and to rank others, under ten seeds, each of
them a choice of networks and a model's seed. Kinds of tasks:

    mixed   learn from networks at random, rank the others
    new     the same, ranking only networks that the table did not have when the default was chosen
    larger  learn from networks of 1 to 3 cells, rank those of 4 to 6
    rounds  the same, from targets as a search has them: relative to a base, round by round

The informed ranker knows the table's other folds, never the networks that it ranks nor others of
their chains. With --pair two contestants alone are compared, under as many seeds as it takes to
tell them apart.
A line goes to the results file per contestant, task and seed. Stop it at any time; the same
command goes on. Results of a table that has grown since are dropped.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from benchmarks.rankers.contestants import ALTERNATIVES, BASELINES, make_contestant
from benchmarks.rankers.measuring import measure
from benchmarks.rankers.plot import draw
from benchmarks.rankers.summary import (
    alternative_table,
    difference_table,
    metric_table,
    pair_table,
)
from benchmarks.rankers.tasks import KINDS, Network, draw_task
from benchmarks.results_file import Row, complete, keep_of_table
from benchmarks.table import TABLE, load_table
from benchmarks.table_training import table_template
from tuner.ranking import RANKERS

LABELS = (25, 50, 100, 200)


def main() -> None:
    """Measure what is missing, print the tables, draw the plot."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--table", type=Path, default=TABLE)
    parser.add_argument("--results", type=Path, default=TABLE.with_name("rankers.jsonl"))
    parser.add_argument("--seeds", type=int, default=10, help="2 or more")
    parser.add_argument("--pair", nargs=2, metavar="NAME", help="compare only these")
    parser.add_argument("--plot", type=Path, help="picture to draw")
    args = parser.parse_args()
    if args.seeds < 2:
        parser.error(f"--seeds {args.seeds}: an interval takes 2 or more")
    names = (*RANKERS, *BASELINES)
    contestants = (*names, *ALTERNATIVES)
    for name in args.pair or ():
        if name not in contestants:
            parser.error(f"--pair {name}: there are {', '.join(contestants)}")
    networks = [Network.of(row) for row in load_table([args.table])]
    template = table_template(args.table)
    tasks = possible_tasks(networks)
    if not tasks:
        sys.exit(f"{args.table} has {len(networks)} networks, too few for any task; train more")
    keep_of_table(args.results, len(networks))

    def measured(key: str) -> Row:
        name, kind, labels, seed = key.split()
        task = draw_task(kind, networks, int(labels), int(seed))
        if task is None:
            raise ValueError(f"the table is too small for {key}")
        sizes = {
            "max_cells": max(network.genotype.slots for network in networks),
            "blocks": len(networks[0].genotype.blocks),
        }
        ranker = make_contestant(name, networks, **sizes, template=template, seed=int(seed))
        row: Row = {"ranker": name, "task": kind, "labels": int(labels), "seed": int(seed)}
        print(key, file=sys.stderr, flush=True)
        return {"key": key, "networks": len(networks), **row, **measure(ranker, task)}

    keys = [
        f"{name} {kind} {labels} {seed}"
        for kind, labels in tasks
        for name in args.pair or contestants
        for seed in range(args.seeds)
    ]
    rows = complete(args.results, "key", keys, measured)
    if args.pair:
        print("\n".join(pair_table(rows, tasks, *args.pair)))
        return
    print_tables(rows, tasks, names)
    if args.plot:
        draw(rows, tasks, names, args.plot)


def possible_tasks(networks: Sequence[Network]) -> list[tuple[str, int]]:
    """Return the kinds of tasks and numbers of labels that the table is large enough for."""
    return [
        (kind, labels)
        for kind in KINDS
        for labels in LABELS
        if draw_task(kind, networks, labels, 0) is not None
    ]


def print_tables(
    rows: Sequence[Row], tasks: Sequence[tuple[str, int]], names: Sequence[str]
) -> None:
    """Print the tables of docs/results.md."""
    print(f"{rows[0]['networks']} networks")
    for kind in KINDS:
        missing = [str(labels) for labels in LABELS if (kind, labels) not in tasks]
        if missing:
            print(f"too few networks for {kind} with {', '.join(missing)} labels")
    for task in tasks:
        print(f"\n{task[0]}, {task[1]} labels:\n")
        print("\n".join((*metric_table(rows, *task, names), "", *difference_table(rows, *task))))
    print()
    print("\n".join(alternative_table(rows, tasks, ("ridge-trees", *ALTERNATIVES))))


if __name__ == "__main__":
    main()
