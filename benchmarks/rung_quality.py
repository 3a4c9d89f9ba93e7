"""Tell how well a rung foretells the end of training, on the table of trained networks.

    python -m benchmarks.rung_quality

For each epoch: the Kendall tau of the accuracies so far with those of the last one, over all
networks; and how often the best of sixteen drawn at random is among the four that lead by then.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.table import TABLE, load_table
from tuner.ranking.metrics import kendall_tau

DRAWN, GOING_ON, DRAWS = 16, 4, 2_000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--table", type=Path, default=TABLE)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    curves = np.array([row.accuracies for row in load_table([args.table])])
    rng = np.random.default_rng(args.seed)
    draws = [rng.choice(len(curves), DRAWN, replace=False) for _ in range(DRAWS)]
    print(f"{len(curves)} networks\n")
    print(f"| rung | Kendall tau to the end | the best of {DRAWN} is in the first {GOING_ON} |")
    print("| --- | --- | --- |")
    for epoch in range(1, curves.shape[1]):
        tau = kendall_tau(curves[:, -1], curves[:, epoch - 1])
        kept = [
            curves[drawn, -1].argmax() in np.argsort(-curves[drawn, epoch - 1])[:GOING_ON]
            for drawn in draws
        ]
        print(f"| {epoch} | {tau:.2f} | {100 * np.mean(kept):.0f} % |")


if __name__ == "__main__":
    main()
