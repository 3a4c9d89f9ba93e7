"""Run hundreds of tiny trials in one process, and see what grows: memory, disk, time per trial.

    python -m benchmarks.many_trials --trials 300 --output many.jsonl --plot docs/many_trials.svg

The overhead is what a trial takes of the processor apart from building and fitting its network, so
that other work on the machine does not count. MemNASTuner and KerasTuner's RandomSearch each run
in a process of their own, over networks of the same space, data and training, with a TensorBoard
log each. A line is written after every trial; the same command runs what is missing, and draws the
plot.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.results_file import read_rows
from memnas_tf.files import write_text

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

TUNERS = ("MemNASTuner", "RandomSearch")
# RandomSearch draws from 1 to 3 cells; MemNASTuner starts with 1, and would end at 3.
MAX_CELLS = {"MemNASTuner": 8, "RandomSearch": 3}
MEGABYTE = 1e6


class Recorder:
    """Write down what a process takes after each of its trials.

    Args:
        tuner: The name of what runs.
        directory: Where it writes.
        output: The file to add lines to.
    """

    def __init__(self, tuner: str, directory: Path, output: Path) -> None:
        self._tuner, self._directory, self._output = tuner, directory, output
        self._trials = 0
        self._last = time.perf_counter()
        self._last_processor = time.process_time()
        self.fit_seconds = 0.0  # of the processor, like all of the overhead

    def record(self) -> None:
        """Write the line of a trial that has ended."""
        now, processor = time.perf_counter(), time.process_time()
        self._trials += 1
        line = {
            "tuner": self._tuner,
            "trial": self._trials,
            "resident_mb": round(resident_bytes() / MEGABYTE, 1),
            "disk_mb": round(disk_bytes(self._directory) / MEGABYTE, 2),
            "seconds": round(now - self._last, 3),
            "overhead_seconds": round(processor - self._last_processor - self.fit_seconds, 3),
        }
        with self._output.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self.fit_seconds = 0.0
        self._last, self._last_processor = time.perf_counter(), time.process_time()


def resident_bytes() -> int:
    """Return the memory of this process that is in RAM (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def disk_bytes(directory: Path) -> int:
    """Return the size of all files of the trials, TensorBoard's logs left out."""
    return sum(file.stat().st_size for file in directory.glob("*/trial_*/*"))


def run(name: str, trials: int, output: Path) -> None:
    """Run one tuner's trials in this process.

    Args:
        name: One of `TUNERS`.
        trials: How many.
        output: The file to add a line for each to.
    """
    import keras
    import keras_tuner
    import numpy as np

    from memnas_tf.data.pipeline import evaluation_pipeline, training_pipeline
    from memnas_tf.template import cifar_template
    from tuner import MemNASHyperModel, MemNASTuner

    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (64, 8, 8, 1), dtype=np.uint8)
    labels = np.arange(64, dtype=np.int64) % 3
    scale: dict[str, Any] = {"mean": (128.0,), "std": (64.0,), "batch_size": 32}
    data = {
        "x": training_pipeline(images, labels, augmentation="none", seed=0, **scale),
        "validation_data": evaluation_pipeline(images, labels, **scale),
        "steps_per_epoch": 2,
        "shuffle": False,
        "epochs": 1,
        "verbose": 0,
    }

    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(name, Path(folder), output)

        class Timed(MemNASHyperModel):
            """Keep building and training a network out of the overhead."""

            def build(self, hp: keras_tuner.HyperParameters) -> keras.Model:
                start = time.process_time()
                model = super().build(hp)
                recorder.fit_seconds += time.process_time() - start
                return model

        fit = keras.Model.fit

        def timed_fit(*args: Any, **kwargs: Any) -> Any:
            start = time.process_time()
            result = fit(*args, **kwargs)
            recorder.fit_seconds += time.process_time() - start
            return result

        keras.Model.fit = timed_fit
        hypermodel = Timed(
            cifar_template((8, 8, 1), 3, 4, blocks=1),
            blocks=1,
            max_cells=MAX_CELLS[name],
            learning_rate=0.05,
        )
        common: dict[str, Any] = {"directory": folder, "project_name": "search"}
        kind: Any
        if name == "MemNASTuner":
            kind, rounds = MemNASTuner, -(-trials // 30)
            common |= {"max_rounds": rounds, "trials_per_round": 30, "max_trials": trials}
        else:
            kind = keras_tuner.RandomSearch
            common |= {"objective": "val_accuracy", "max_trials": trials, "seed": 1}

        class Recorded(kind):  # type: ignore[misc]
            """Write a line after each trial."""

            def on_trial_end(self, trial: Any) -> None:
                super().on_trial_end(trial)
                recorder.record()

        tuner = Recorded(hypermodel, **common)
        logs = keras.callbacks.TensorBoard(str(Path(folder) / "logs"), write_graph=False)
        tuner.search(callbacks=[logs], **data)


def read(output: Path, tuner: str) -> list[dict[str, Any]]:
    """Read a tuner's lines."""
    if not output.exists():
        return []
    return [line for line in read_rows(output) if line["tuner"] == tuner]


def keep_other(output: Path, tuner: str) -> None:
    """Delete a tuner's lines, of a run that was cut off."""
    others = [line for name in TUNERS if name != tuner for line in read(output, name)]
    write_text(output, "".join(json.dumps(line) + "\n" for line in others))


def plot(lines: dict[str, list[dict[str, Any]]], file: Path) -> None:
    """Draw what grows with the number of trials."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    panels = {
        "resident_mb": "resident memory, MB",
        "disk_mb": "trial directories, MB",
        "overhead_seconds": "overhead per trial, processor s (median of 15)",
    }
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.2), layout="constrained")
    for axis, (key, label) in zip(axes, panels.items(), strict=True):
        for name, rows in lines.items():
            values = [row[key] for row in rows]
            if key == "overhead_seconds":
                values = smoothed(values)
            axis.plot([row["trial"] for row in rows], values, label=name)
        axis.set(xlabel="trial", title=label)
        axis.title.set_fontsize(10)
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.3)
    axes[0].legend()
    figure.savefig(file)


def smoothed(values: Sequence[float], width: int = 15) -> list[float]:
    """Return the median of each value and those around it."""
    half = width // 2
    around = [sorted(values[max(0, i - half) : i + half + 1]) for i in range(len(values))]
    return [part[len(part) // 2] for part in around]


def summary(rows: Sequence[dict[str, Any]]) -> str:
    """Compare the tenth trial with the last, as cells of a table."""
    middle = [sorted(row["overhead_seconds"] for row in part) for part in (rows[9:39], rows[-30:])]
    early, late = (part[len(part) // 2] for part in middle)
    tenth, last = rows[9], rows[-1]
    return (
        f"{len(rows)} | {tenth['resident_mb']:.0f} MB | {last['resident_mb']:.0f} MB "
        f"({100 * (last['resident_mb'] / tenth['resident_mb'] - 1):+.0f} %) | "
        f"{last['disk_mb']:.1f} MB | {early:.2f} s | {late:.2f} s"
    )


def main() -> None:
    """Run what is missing, print the table, draw the plot."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--only", choices=TUNERS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.only:
        run(args.only, args.trials, args.output)
        return
    for name in TUNERS:
        # What was cut off is run anew from its first trial: memory is that of one process.
        if len(read(args.output, name)) < args.trials:
            keep_other(args.output, name)
            own = ["--trials", str(args.trials), "--output", str(args.output), "--only", name]
            subprocess.run([sys.executable, __file__, *own], check=True)
    lines = {name: read(args.output, name) for name in TUNERS}
    print("| tuner | trials | memory after 10 | after the last | disk | overhead, early | late |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, rows in lines.items():
        print(f"| {name} | {summary(rows)} |")
    if args.plot:
        plot(lines, args.plot)


if __name__ == "__main__":
    main()
