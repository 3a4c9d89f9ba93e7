"""Compare search methods on a model of the table of trained networks.

    python -m benchmarks.simulated --results benchmarks/results/simulated.jsonl --seeds 50

Prints how well the model predicts networks that it has not seen, and the regret of each method:
how much its answer lacks, in points of accuracy, of the best network known, after so many epochs.
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
from benchmarks.simulated.evolution import best_accuracy
from benchmarks.simulated.methods import METHODS
from benchmarks.simulated.simulation import incumbents, simulate
from benchmarks.simulated.surrogate import Surrogate, cross_validate
from benchmarks.table import TABLE, load_table
from benchmarks.table_training import table_template
from memnas_tf.memory import parse_bytes

POINTS = 10  # of a regret curve


def main() -> None:
    """Run the searches that are missing, and print and draw the comparison."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--table", type=Path, default=TABLE)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--budget", type=int, default=500, help="in epochs")
    parser.add_argument("--max-parameters", type=parse_bytes, help='such as "100kB"')
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=list(METHODS))
    parser.add_argument("--plot", type=Path)
    args = parser.parse_args()
    rows = load_table([args.table])
    template = table_template(args.table)
    quality = cross_validate(rows, template)
    print(", ".join(f"{name} {value:.3g}" for name, value in quality.items()))
    surrogate = Surrogate(rows, template)
    points = [args.budget * (index + 1) // POINTS for index in range(POINTS)]
    keep_of_table(args.results, len(rows))
    best = best_accuracy(surrogate, args.max_parameters)

    def measure(key: str) -> dict[str, Any]:
        method, seed = key.rsplit("/", 1)
        simulation = simulate(
            surrogate, METHODS[method], int(seed), args.budget, args.max_parameters
        )
        print(f"{key}: {len(simulation.trained)} trainings", file=sys.stderr, flush=True)
        return {
            "run": key,
            "networks": len(rows),
            "epochs": points,
            "accuracy": incumbents(simulation.trained, points),
        }

    curves = {
        method: complete(
            args.results, "run", [f"{method}/{seed}" for seed in range(args.seeds)], measure
        )
        for method in args.methods
    }
    print(regret_table(curves, best))
    if args.plot:
        draw_regret(curves, best, args.plot)


if __name__ == "__main__":
    main()
