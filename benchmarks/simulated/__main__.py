"""Compare search methods on a model of the table of trained networks.

    python -m benchmarks.simulated --results benchmarks/results/simulated.jsonl --seeds 50

Prints how well the model predicts networks that it has not seen, and the regret of each method:
how much its answer lacks, in points of accuracy, of the best network known, after so many epochs.
With --halves searches are run on models of either half of the table, by turns, and what a ranker
knows beforehand is the other half.
Results are written as they come, and the same command goes on from them; those of a table that has
grown since are dropped.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from benchmarks.results_file import complete, keep_of_table
from benchmarks.simulated.comparison import draw_regret, regret_table
from benchmarks.simulated.methods import INFORMED, METHODS
from benchmarks.simulated.simulation import incumbents, simulate
from benchmarks.simulated.surrogate import cross_validate
from benchmarks.simulated.worlds import World, halves, whole
from benchmarks.table import TABLE, load_table
from benchmarks.table_training import table_template
from memnas_tf.memory import parse_bytes

POINTS = 10  # of a regret curve


def main() -> None:
    """Run the searches that are missing, and print and draw the comparison."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--table", type=Path, nargs="+", default=[TABLE], help="of one recipe")
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--budget", type=int, default=500, help="in epochs")
    parser.add_argument("--max-parameters", type=parse_bytes, help='such as "100kB"')
    parser.add_argument("--methods", nargs="+", choices=list(METHODS))
    parser.add_argument("--halves", action="store_true", help="search where half is known")
    parser.add_argument("--plot", type=Path)
    args = parser.parse_args()
    if args.methods is None:
        args.methods = [name for name in METHODS if name != INFORMED or args.halves]
    elif INFORMED in args.methods and not args.halves:
        parser.error(f"{INFORMED!r} knows the whole table; add --halves")
    rows = load_table(args.table)
    template = table_template(args.table[0])
    quality = cross_validate(rows, template)
    print(", ".join(f"{name} {value:.3g}" for name, value in quality.items()))
    budgets = (rows, template, args.max_parameters)
    worlds = halves(*budgets) if args.halves else [whole(*budgets)]
    points = [args.budget * (index + 1) // POINTS for index in range(POINTS)]
    keep_of_table(args.results, len(rows))
    kind = "halves: " if args.halves else ""

    def world_of(key: str) -> World:
        return worlds[int(key.rsplit("/", 1)[1]) % len(worlds)]

    def measure(key: str) -> dict[str, Any]:
        method, seed = key.removeprefix(kind).rsplit("/", 1)
        world = world_of(key)
        simulation = simulate(
            world.surrogate,
            METHODS[method],
            int(seed),
            args.budget,
            args.max_parameters,
            world.known,
        )
        print(f"{key}: {len(simulation.trained)} trainings", file=sys.stderr, flush=True)
        return {
            "run": key,
            "networks": len(rows),
            "epochs": points,
            "accuracy": incumbents(simulation.trained, points),
        }

    curves = {}
    for method in args.methods:
        keys = [f"{kind}{method}/{seed}" for seed in range(args.seeds)]
        found = complete(args.results, "run", keys, measure)
        curves[method] = [{**row, "best": world_of(row["run"]).best} for row in found]
    print(regret_table(curves))
    if args.plot:
        draw_regret(curves, args.plot)


if __name__ == "__main__":
    main()
