"""Measure what the process that watches over a search costs it.

    python -m benchmarks.supervised_search --repeats 5

The same search on the digits, by turns under `memnas search`, which trains in a process of its own
that it starts again after a crash, and as that process alone. The seconds of the trials tell of the
throughput; those of the whole command include the start, which the second process makes later.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from memnas_cli.own_process import memnas_command
from memnas_cli.supervised import SUPERVISED
from tuner.history import load_search

SEARCH = ("search", "--max-rounds", "1", "--quiet")


class Seconds(NamedTuple):
    """How long a search took."""

    trials: float
    whole: float


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
        print(
            f"{number + 1}: trials {pairs[-1][0].trials:.1f} s alone, {pairs[-1][1].trials:.1f} s "
            f"supervised; whole {pairs[-1][0].whole:.1f} s, {pairs[-1][1].whole:.1f} s",
            flush=True,
        )
    throughput = median(alone.trials / watched.trials for alone, watched in pairs)
    whole = median(watched.whole - alone.whole for alone, watched in pairs)
    print(f"throughput, supervised to alone: {throughput:.3f}; the whole command: {whole:+.1f} s")


def _measure(supervised: bool, trials: int, epochs: int) -> Seconds:
    with tempfile.TemporaryDirectory() as directory, tempfile.TemporaryFile() as note:
        arguments = [*SEARCH, "--trials-per-round", str(trials), "--epochs", str(epochs)]
        command = memnas_command([*arguments, "--directory", directory])
        environment = dict(os.environ)
        if not supervised:
            environment[SUPERVISED] = str(note.fileno())
        begin = time.monotonic()
        # What a supervised process reads tells it of its supervisor's end.
        with subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=() if supervised else (note.fileno(),),
        ) as process:
            code = process.wait()
        if code:
            raise SystemExit(f"a search ended with {code}")
        whole = time.monotonic() - begin
        return Seconds(sum(load_search(Path(directory) / "digits").durations.values()), whole)


if __name__ == "__main__":
    main()
