"""Measure what four workers gain over one, on trials that only sleep.

    python -m benchmarks.worker_throughput --trials 24 --seconds 2

Every trial sleeps instead of training, so what is lost is lost in handing out trials, and in
waiting for the end of a round. Chief and workers are processes of this machine; time is counted
from the first trial's begin to the last one's end, without the start of the processes.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tuner.distributed.workers_file import read_workers

ROUNDS = 2


def main() -> None:
    """Print the seconds of one and of four workers, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=24, help="Trials in each of two rounds.")
    parser.add_argument("--seconds", type=float, default=2.0, help="How long a trial sleeps.")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--part", choices=["chief", "worker"], help=argparse.SUPPRESS)
    parser.add_argument("--directory", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        _search(options)
        return
    times = {}
    for count in (1, options.workers):
        with tempfile.TemporaryDirectory() as directory:
            times[count] = _measure(count, options, Path(directory))
        print(f"{count} workers: {ROUNDS * options.trials} trials in {times[count]:.1f} s")
    print(f"ratio: {times[1] / times[options.workers]:.2f}")


def _search(options: argparse.Namespace) -> None:
    from memnas_tf.template import cifar_template
    from tuner import MemNASHyperModel, MemNASTuner

    class SleepingTuner(MemNASTuner):
        """Sleep instead of training, once every worker is there."""

        def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> dict[str, float]:
            project = Path(self.project_dir)
            while len(read_workers(project) or ()) < options.workers:
                time.sleep(0.05)
            with (project / f"{self.tuner_id}.times").open("a", encoding="utf-8") as file:
                begin = time.time()
                time.sleep(options.seconds)
                file.write(f"{begin} {time.time()}\n")
            return {"val_accuracy": 0.5}

    hypermodel = MemNASHyperModel(cifar_template((8, 8, 1), classes=3, filters=4), max_cells=4)
    SleepingTuner(
        hypermodel,
        max_rounds=ROUNDS,
        trials_per_round=options.trials,
        directory=options.directory,
        project_name="search",
    ).search(verbose=0)


def _measure(count: int, options: argparse.Namespace, directory: Path) -> float:

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    processes = []
    for name in ("chief", *(f"worker-{number}" for number in range(1, count + 1))):
        environment = {
            **os.environ,
            "KERASTUNER_TUNER_ID": name,
            "KERASTUNER_ORACLE_IP": "127.0.0.1",
            "KERASTUNER_ORACLE_PORT": str(port),
        }
        arguments = ["--part", name.split("-")[0], "--directory", str(directory)]
        arguments += ["--trials", str(options.trials), "--seconds", str(options.seconds)]
        arguments += ["--workers", str(count)]
        command = [sys.executable, __file__, *arguments]
        processes.append(subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL))
    codes = [process.wait() for process in processes]
    if any(codes):
        sys.exit(f"a process failed: {codes}")
    lines = [
        line.split()
        for file in (directory / "search").glob("*.times")
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    return max(float(end) for _, end in lines) - min(float(begin) for begin, _ in lines)


if __name__ == "__main__":
    main()
