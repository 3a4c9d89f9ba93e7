"""Measure how long exported networks take beside MobileNetV2: on a device, and in a server.

    python -m benchmarks.latency --results latency.jsonl

Networks for 32x32x3 images and ten classes: a grown one and the supplement's in the CIFAR-10
template, with 16 and 64 filters; MobileNetV2 as keras.applications has it, whose strides leave one
pixel of such images; and with the strides of the paper's CIFAR-10 table. Weights and moments are
random. Each is exported as `memnas export` does it, and takes uint8 pixels: as LiteRT files, run by
the interpreter on one thread, and as a SavedModel, run through `serving_default` on all cores.

Within a case the networks take turns in random order, so that what else the machine does hits all
of them; the ratio is to MobileNetV2 in the same turn. A line of JSON per result goes to the results
file; a run goes on where the last one stopped. A file is of one version of this program.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.latency_exports import BASELINE, NETWORKS, Exports
from benchmarks.results_file import complete

LEAST_TURNS = 20
WARM_UP = 3

Row = dict[str, Any]


class Case(NamedTuple):
    """What is timed.

    Attributes:
        runtime: One of `latency_exports.RUNTIMES`.
        batch: Images at once.
    """

    runtime: str
    batch: int

    @property
    def name(self) -> str:
        """The case in words."""
        return f"{self.runtime}, batch {self.batch}"


CASES = tuple(
    Case(runtime, batch)
    for runtime in ("LiteRT float32", "LiteRT int8", "SavedModel")
    for batch in (1, 32)
)


def take_turns(
    runs: Mapping[str, Callable[[], object]], seconds: float
) -> dict[str, tuple[float, ...]]:
    """Time things in turn.

    Args:
        runs: What to time, by name.
        seconds: How long to go on, at least `LEAST_TURNS` turns.

    Returns:
        The milliseconds of each, turn by turn.
    """
    rng = random.Random(0)
    order = list(runs)
    for name in order * WARM_UP:
        runs[name]()
    times: dict[str, list[float]] = {name: [] for name in runs}
    end = time.perf_counter() + seconds
    while len(times[order[0]]) < LEAST_TURNS or time.perf_counter() < end:
        rng.shuffle(order)
        for name in order:
            start = time.perf_counter()
            runs[name]()
            times[name].append(1000 * (time.perf_counter() - start))
    return {name: tuple(taken) for name, taken in times.items()}


def summarise(times: Mapping[str, tuple[float, ...]]) -> Row:
    """Return medians, and quartiles of the ratios to the baseline in the same turn."""
    ratios = {
        name: [one / base for one, base in zip(taken, times[BASELINE], strict=True)]
        for name, taken in times.items()
    }
    return {
        "turns": len(times[BASELINE]),
        "ms": {name: statistics.median(taken) for name, taken in times.items()},
        "ratio": {name: statistics.quantiles(values, n=4) for name, values in ratios.items()},
    }


def latency_table(rows: list[Row]) -> str:
    """Write a table with a row per network and a column per case."""
    head = ["network", *(f"{row['name']} ({row['turns']} turns)" for row in rows)]
    lines = [_line(head), _line(["---"] * len(head))]
    for network in NETWORKS:
        cells = [network]
        for row in rows:
            low, middle, high = row["ratio"][network]
            ratio = "1" if network == BASELINE else f"{middle:.2f} ({low:.2f} to {high:.2f})"
            cells.append(f"{ratio}, {row['ms'][network]:.3g} ms")
        lines.append(_line(cells))
    return "\n".join(lines)


def memory_table(rows: list[Row]) -> str:
    """Write a table of what the networks need."""
    columns = [name for name in rows[0] if name != "name"]
    lines = [_line(["network", *columns]), _line(["---"] * (len(columns) + 1))]
    lines += [_line([row["name"], *(f"{row[name]:,}" for name in columns)]) for row in rows]
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure what is not in the results file yet, then print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60, help="for a case, at least")
    parser.add_argument("--results", type=Path, default=Path("latency.jsonl"), help="results file")
    arguments = parser.parse_args()
    cases = {case.name: case for case in CASES}
    with tempfile.TemporaryDirectory() as folder:
        exports = Exports(Path(folder))

        def measure(name: str) -> Row:
            print(f"measuring {name}", file=sys.stderr)
            runs = exports.runs(*cases[name])
            return {"name": name, **summarise(take_turns(runs, arguments.seconds))}

        needs = complete(arguments.results, "name", NETWORKS, exports.memory)
        rows = complete(arguments.results, "name", cases, measure)
    print(latency_table(rows), memory_table(needs), sep="\n\n")


if __name__ == "__main__":
    main()
