"""Measure what the process that watches over a search costs it.

    python -m benchmarks.supervised_search --repeats 5

The same search on the digits, by turns under `memnas search`, which trains in a process of its own
that it starts again after a crash, and as that process alone. The seconds of the trials tell of the
throughput, and those of the processor of all that was done: other work on the machine counts far
less among them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from math import fsum
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tuner.history import load_search
from tuner.supervised import SUPERVISED

SEARCH = ("search", "--max-rounds", "1", "--quiet")


class Seconds(NamedTuple):
    """How long a search took: its trials, the whole command, and on the processor."""

    trials: float
    whole: float
    processor: float

    def __str__(self) -> str:
        return ", ".join(f"{name} {value:.1f} s" for name, value in self._asdict().items())


def main() -> None:
    """Print the seconds of each search, and the medians of the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5, help="Searches of each kind.")
    parser.add_argument("--trials", type=int, default=4, help="Trials of a search.")
    parser.add_argument("--epochs", type=int, default=10, help="Epochs of a trial.")
    options = parser.parse_args()
    pairs = []
    for number in range(options.repeats):
        seconds = {}
        for supervised in (True, False) if number % 2 else (False, True):
            seconds[supervised] = _measure(supervised, options.trials, options.epochs)
        pairs.append((seconds[False], seconds[True]))
        alone, watched = pairs[-1]
        print(f"{number + 1}: alone {alone}; supervised {watched}", flush=True)
    for name in Seconds._fields:
        ratio = median(getattr(alone, name) / getattr(watched, name) for alone, watched in pairs)
        print(f"{name}: alone to supervised {ratio:.3f}")


def _measure(supervised: bool, trials: int, epochs: int) -> Seconds:
    with tempfile.TemporaryDirectory() as directory, tempfile.TemporaryFile() as note:
        arguments = [*SEARCH, "--trials-per-round", str(trials), "--epochs", str(epochs)]
        command = [sys.executable, "-m", "memnas_cli.main", *arguments, "--directory", directory]
        environment = dict(os.environ)
        if not supervised:
            environment[SUPERVISED] = str(note.fileno())
        begin = time.monotonic()
        with subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,  # whose end would tell the process of its supervisor's
            stdout=subprocess.DEVNULL,
            pass_fds=() if supervised else (note.fileno(),),
            start_new_session=True,  # as the supervised one has: Linux shares time by session
        ) as process:
            _, status, usage = os.wait4(process.pid, 0)  # of its own processes too
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"a search ended with {process.returncode}")
        whole = time.monotonic() - begin
        spent = fsum(load_search(Path(directory) / "digits").durations.values())
        return Seconds(spent, whole, usage.ru_utime + usage.ru_stime)


if __name__ == "__main__":
    main()
