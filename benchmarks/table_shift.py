"""Tell whether accuracies of two tables can stand side by side: the runs that both have.

    python -m benchmarks.table_shift

A table is made over days, and what it does not hold may change between: how images are decoded and
which are held out. So the table with widths trains some of the older networks again, under the
same seed; what they differ by beyond the noise of seeds is the shift.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from benchmarks.table import TABLE, Run, read_runs
from tuner.report.intervals import Interval, mean_interval

WIDTHS_TABLE = TABLE.with_name("trained_widths.jsonl")


def shift(older: Iterable[Run], newer: Iterable[Run]) -> tuple[int, Interval] | None:
    """Average how much runs of the same network under the same seed differ.

    Args:
        older: The runs of one table.
        newer: Those of the other.

    Returns:
        How many runs both have, and the difference after the last epoch in points of accuracy, the
        newer less the older, with an interval of 95 %; None if they have none in common.
    """
    known = {(run.genotype, run.seed): run.accuracies[-1] for run in older}
    differences = [
        100 * (run.accuracies[-1] - known[run.genotype, run.seed])
        for run in newer
        if (run.genotype, run.seed) in known
    ]
    return (len(differences), mean_interval(differences)) if differences else None


def main() -> None:
    """Print the difference."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--older", type=Path, default=TABLE)
    parser.add_argument("--newer", type=Path, default=WIDTHS_TABLE)
    args = parser.parse_args()
    found = shift(read_runs(args.older), read_runs(args.newer))
    if found is None:
        print("no run is in both")
        return
    count, interval = found
    width = "" if interval.half_width is None else f" ± {interval.half_width:.2f}"
    print(f"{count} runs are in both; the newer less the older: {interval.mean:+.2f}{width} points")


if __name__ == "__main__":
    main()
