"""The files in a trial's directory, and which of them are deleted when. Needs no TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from memnas_tf.temporaries import sweep
from tuner.search.rounds import COMPLETED, FAILED, PlannedTrial, Round
from tuner.search.standings import ranked_trials

WEIGHTS_FILE = "checkpoint.weights.h5"
PROGRESS_FILE = "progress.npz"
ERROR_FILE = "error.txt"
MEMORY_FILE = "out_of_memory.txt"
CRASH_FILES = ("crash_1.txt", "crash_2.txt")


def trial_directory(project: Path, trial_id: str) -> Path:
    """Return the directory of a trial of KerasTuner."""
    return project / f"trial_{trial_id}"


def remove_leftovers(directory: Path, keep_weights: bool) -> None:
    """Delete what a trial that is over has no use for.

    Args:
        directory: The trial's directory.
        keep_weights: Whether it ended with a result, and its weights may be wanted.
    """
    names = [PROGRESS_FILE, MEMORY_FILE, *CRASH_FILES, *([] if keep_weights else [WEIGHTS_FILE])]
    for name in names:
        (directory / name).unlink(missing_ok=True)
    sweep(directory)


def tidy_trials(project: Path, rounds: Sequence[Round]) -> None:
    """Delete what a kill left behind of trials that are over.

    Args:
        project: The search's directory.
        rounds: Its rounds.
    """
    for trial in (trial for entry in rounds for trial in entry.trials):
        if trial.is_over and trial.trial_id is not None:
            remove_leftovers(
                trial_directory(project, trial.trial_id), keep_weights=trial.status == COMPLETED
            )


def prune_checkpoints(
    project: Path, rounds: Sequence[Round], keep: int | None, keep_base: bool = False
) -> list[PlannedTrial]:
    """Delete the weights of all but the best trials of the rounds that are over.

    Which trial of a round is best is known when all of them are measured. So the weights of a
    round under way all stay, and the search's answer, the best of all, always keeps its own.

    Args:
        project: The search's directory.
        rounds: Its rounds.
        keep: How many to keep; None for all.
        keep_base: Whether the winner of the last round that is over keeps its own as well, which
            the candidates of the next round start from.

    Returns:
        The trials whose weights were deleted now.
    """
    if keep is None:
        return []
    best = {trial.trial_id for trial in ranked_trials(rounds)[:keep]}
    winners = [entry.winning_trial for entry in rounds if entry.winning_trial is not None]
    if keep_base and winners:
        best.add(winners[-1].trial_id)
    pruned = []
    for trial in (trial for entry in rounds if entry.is_over for trial in entry.trials):
        file = _weights(project, trial)
        if file is not None and trial.trial_id not in best and file.exists():
            file.unlink()
            pruned.append(trial)
    return pruned


def kept_checkpoints(project: Path, rounds: Sequence[Round]) -> int:
    """Count the completed trials whose weights are there."""
    completed = [trial for entry in rounds for trial in entry.completed]
    files = [_weights(project, trial) for trial in completed]
    return sum(file is not None and file.exists() for file in files)


def failed_trials(rounds: Sequence[Round]) -> list[PlannedTrial]:
    """Return the trials that failed, in the order they were planned in."""
    return [trial for entry in rounds for trial in entry.trials if trial.status == FAILED]


def completed_trials(rounds: Sequence[Round]) -> list[PlannedTrial]:
    """Return the trials that ended with a result, in the order they were planned in."""
    return [trial for entry in rounds for trial in entry.trials if trial.status == COMPLETED]


def _weights(project: Path, trial: PlannedTrial) -> Path | None:
    if trial.trial_id is None:
        return None
    return trial_directory(project, trial.trial_id) / WEIGHTS_FILE
