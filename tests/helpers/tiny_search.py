"""A search that trains tiny networks on noise, as a program that a test can kill.

python -m tests.helpers.tiny_search DIRECTORY LOG ROUNDS TRIALS EPOCHS [INHERIT_EPOCHS [RUNG]]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from memnas_tf.data.pipeline import evaluation_pipeline, training_pipeline
from memnas_tf.template import cifar_template
from tuner import MemNASHyperModel, MemNASTuner, SearchListener

STEPS = 3
LEASE_SECONDS = 2.0


class EpochLog(SearchListener):
    """Write a line for every epoch and every trial, as they end.

    Args:
        file: The file to add lines to.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def on_epoch_end(self, trial, epoch, logs):
        self._write({"trial": trial.trial_id, "epoch": epoch, "logs": dict(logs)})

    def on_trial_end(self, history, trial):
        self._write({"trial": trial.trial_id, "epoch": None, "logs": trial.quality})

    def _write(self, line):
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def fit_arguments(epochs: int) -> dict:
    """What to search with: data whose every epoch is another."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (32 * STEPS, 8, 8, 1), dtype=np.uint8)
    labels = (images.mean(axis=(1, 2, 3)) * 3 % 3).astype(np.int64)
    scale = {"mean": (128.0,), "std": (64.0,), "batch_size": 32}
    return {
        "x": training_pipeline(images, labels, augmentation="crop", seed=0, **scale),
        "validation_data": evaluation_pipeline(images[:50], labels[:50], **scale),
        "steps_per_epoch": STEPS,
        "epochs": epochs,
        "shuffle": False,
        "verbose": 0,
    }


def make_tuner(directory: Path, rounds: int, trials: int, epochs: int, **kwargs) -> MemNASTuner:
    """Make the search, new or resumed."""
    template = cifar_template((8, 8, 1), classes=3, filters=4, blocks=1)
    return MemNASTuner(
        MemNASHyperModel(
            template, blocks=1, max_cells=3, learning_rate=0.05, total_steps=STEPS * epochs
        ),
        max_rounds=rounds,
        trials_per_round=trials,
        directory=directory,
        project_name="search",
        **kwargs,
    )


def run(
    directory: Path,
    log: Path,
    rounds: int,
    trials: int,
    epochs: int,
    inherit_epochs: int | None = None,
    rung: int | None = None,
) -> MemNASTuner:
    """Run the search to its end."""
    tuner = make_tuner(
        directory,
        rounds,
        trials,
        epochs,
        listener=EpochLog(log),
        tensorboard=True,
        lease_seconds=LEASE_SECONDS,
        inherit_epochs=inherit_epochs or None,
        rungs=(rung,) if rung else (),
        reduction_factor=2,
    )
    tuner.search(**fit_arguments(epochs))
    return tuner


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))
