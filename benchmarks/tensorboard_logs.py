"""Measure what TensorBoard's logs cost, and how a table of many trials is served.

    python -m benchmarks.tensorboard_logs cost
    python -m benchmarks.tensorboard_logs table --trials 1000

`cost` runs a search on the embedded digits with the logs of this project and, in the same trials,
Keras's own TensorBoard callback with what KerasTuner adds to it. It prints the processor time that
each takes of a trial, beside that of the trial itself, and the bytes that each leaves on the disk.

`table` makes up a search of so many trials, writes the search's logs, and asks TensorBoard itself
for the table of trials over HTTP. The networks are real, their accuracy is a formula.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import requests

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import Genotype
from memnas_tf.template import cifar_template
from tuner import MemNASTuner
from tuner.experiment import fit_arguments, make_hypermodel
from tuner.history import SearchHistory
from tuner.listener import Listeners
from tuner.ranking import LabelledRound
from tuner.ranking.ranker import Scores
from tuner.search import Search, SearchSettings
from tuner.search.search import Answer
from tuner.tensorboard.folder import LOGS_FOLDER, SEARCH_RUN
from tuner.tensorboard.search_log import SearchLog
from tuner.tensorboard.trial_log import TrialLog
from tuner.training_settings import TrainingSettings

METRICS = 5
WAIT_SECONDS = 600


class Clock:
    """Add up processor time by what it was spent on, trial by trial."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = defaultdict(list)

    def timed(self, name: str, task: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that notes down what each call takes."""

        def run(*args: Any, **kwargs: Any) -> Any:
            start = time.process_time()
            try:
                return task(*args, **kwargs)
            finally:
                self.spent[name].append(time.process_time() - start)

        return run

    def watch(self, name: str, watched: Any) -> Any:
        """Time every hook of a listener or a callback, and return it."""
        for method in dir(watched):
            if method.startswith("on_"):
                setattr(watched, method, self.timed(name, getattr(watched, method)))
        return watched


def measure_cost(rounds: int, trials: int, epochs: int) -> None:
    """Print tables of what logs cost a search on the digits."""
    training = TrainingSettings("digits", None, None, 0.2, None, epochs, 64, 0.05)
    data = training.load(None, seed=0)
    clock = Clock()

    class TensorBoard(keras.callbacks.TensorBoard):  # type: ignore[misc]
        """Keras's own, timed. KerasTuner knows it by its name, and copies it for each trial."""

        def set_params(self, params: Any) -> None:
            """Begin to watch the copy."""
            super().set_params(params)
            clock.watch("Keras's callback", self)

    class Timed(MemNASTuner):
        """Note down what the training of a trial takes."""

        def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> Any:
            """Train the candidate."""
            return clock.timed("training", super().run_trial)(trial, *args, **kwargs)

    with tempfile.TemporaryDirectory() as folder:
        project, keras_logs = Path(folder) / "search", Path(folder) / "keras"
        tuner = Timed(
            make_hypermodel(data, training, filters=8, blocks=5, max_cells=8),
            max_rounds=rounds,
            trials_per_round=trials,
            directory=folder,
            project_name="search",
            class_names=data.labels,
            listener=Listeners(
                clock.watch("a trial's run", TrialLog(project)),
                clock.watch("the search's run and the table", SearchLog(project)),
            ),
        )
        callback = TensorBoard(str(keras_logs), write_graph=False)
        tuner.search(callbacks=[callback], **fit_arguments(data, training, seed=0))
        ran = sum(len(entry.trials) for entry in tuner.oracle.rounds)
        print(f"{ran} trials of {epochs} epochs in {len(tuner.oracle.rounds)} rounds\n")
        print("| per trial | processor time | of the training |\n| --- | --- | --- |")
        whole = sum(clock.spent.pop("training")) - sum(clock.spent["Keras's callback"])
        print(f"| training, without Keras's callback | {whole / ran:.2f} s | 1 |")
        for name, spent in clock.spent.items():
            print(f"| {name} | {sum(spent) / ran:.3f} s | {sum(spent) / whole:.3f} |")
        print("\n| per trial | bytes | files |\n| --- | --- | --- |")
        runs = sorted((project / "logs").iterdir())
        for name, folders in (
            ("a trial's run", [run for run in runs if run.name != SEARCH_RUN]),
            ("the search's run", [project / "logs" / SEARCH_RUN]),
            ("Keras's callback", [keras_logs]),
        ):
            files = [path for run in folders for path in run.rglob("*") if path.is_file()]
            size = sum(path.stat().st_size for path in files)
            print(f"| {name} | {size / ran:,.0f} | {len(files) / ran:.2g} |")


def measure_table(trials: int) -> None:
    """Print how long TensorBoard takes to answer for the table of so many trials."""
    history = made_up_search(trials)
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        SearchLog(Path(folder)).on_search_begin(history)
        print(f"{trials} trials written in {time.process_time() - start:.0f} s of processor time\n")
        print("| reader | until all are there | trials | complete | answer |")
        print("| --- | --- | --- | --- | --- |", flush=True)
        for fast in ("true", "false"):
            ask(Path(folder) / LOGS_FOLDER, trials, fast)


def made_up_search(trials: int) -> SearchHistory:
    """Plan rounds at random, and take a formula for the accuracy."""
    template = cifar_template((32, 32, 3), 10, 16)
    settings = SearchSettings(
        template,
        blocks=5,
        max_rounds=trials,
        trials_per_round=100,
        max_trials=trials,
        training={"epochs": 60},
    )
    search = Search(settings, ranker=_Drawing())
    while not isinstance(trial := search.ask(), Answer):
        search.tell(trial, 0.5 + zlib.crc32(trial.genotype.encode()) % 1000 / 2500)
    if len(search.rounds[-1].trials) + 100 * (len(search.rounds) - 1) < trials:
        raise ConfigError(f"{trials} trials are more than this search has: it {search.stop_reason}")
    return SearchHistory(settings, tuple(search.rounds), "was made up")


class _Drawing:
    """A ranker to which all candidates are the same."""

    def fit(self, rounds: Sequence[LabelledRound]) -> None:
        """Learn nothing."""

    def score(self, genotypes: Sequence[Genotype]) -> Scores:
        """Return the same for each."""
        return np.zeros(len(genotypes))


def ask(logs: Path, trials: int, fast: str) -> None:
    """Start TensorBoard, wait until it has read all trials, and time its answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/data/plugin/hparams"
    command = [sys.executable, "-m", "tensorboard.main", f"--logdir={logs}", f"--port={port}"]
    start = time.perf_counter()
    with subprocess.Popen(
        [*command, f"--load_fast={fast}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            while (found := len(session_groups(url, trials))) < trials:
                if time.perf_counter() - start > WAIT_SECONDS:
                    raise TimeoutError(f"only {found} of {trials} trials after {WAIT_SECONDS} s")
                time.sleep(0.5)
            ready = time.perf_counter() - start
            seconds = []
            for _ in range(5):
                begin = time.perf_counter()
                groups = session_groups(url, trials)
                seconds.append(time.perf_counter() - begin)
            complete = sum(len(group["metricValues"]) == METRICS for group in groups)
            print(
                f"| --load_fast={fast} | {ready:.1f} s | {len(groups)} | {complete} | "
                f"{statistics.median(seconds):.2f} s |",
                flush=True,
            )
        finally:
            process.terminate()


def session_groups(url: str, count: int) -> list[dict[str, Any]]:
    """Ask for the lines of the table; none while TensorBoard starts."""
    request = {
        "startIndex": 0,
        "sliceSize": count,
        "allowedStatuses": ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE"],
        "colParams": [],
    }
    try:
        answer = requests.post(f"{url}/session_groups", json=request, timeout=WAIT_SECONDS)
        return list(answer.json().get("sessionGroups", []))
    except (requests.RequestException, ValueError):
        return []


def main() -> None:
    """Measure one of the two."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("what", choices=("cost", "table"))
    parser.add_argument("--rounds", type=int, default=4, help="of `cost`")
    parser.add_argument("--trials-per-round", type=int, default=6, help="of `cost`")
    parser.add_argument("--epochs", type=int, default=5, help="of `cost`")
    parser.add_argument("--trials", type=int, default=1000, help="of `table`")
    options = parser.parse_args()
    if options.what == "cost":
        measure_cost(options.rounds, options.trials_per_round, options.epochs)
    else:
        measure_table(options.trials)


if __name__ == "__main__":
    main()
