"""A training's directory: whose it is, and whether it may be gone on with."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from memnas_tf.directory_lock import LOCK_FILE, directory_lock, empty_directory
from memnas_tf.documents import read_document, write_document
from memnas_tf.errors import DocumentError, TrainingError
from memnas_tf.files import remove_temporaries, write_text
from memnas_tf.genotype import GENOTYPE_FILE, from_string, to_json
from memnas_tf.training.plan import TrainingPlan

PLAN_FILE = "plan.json"
PROGRESS_FILE = "progress.npz"
LOGS_FOLDER = "logs"
_SCHEMA = 2
_WAY_OUT = "use another directory, or overwrite it"
# What a training that was killed at its very start may have left.
_NOTHING_YET = re.compile(rf"{re.escape(LOCK_FILE)}|\.{re.escape(PLAN_FILE)}\..*\.tmp")


def is_training(directory: Path) -> bool:
    """Tell whether a directory is that of a training, under way or finished."""
    # os.path, as pathlib raises on a compact string that is too long to be a path.
    return os.path.isfile(directory / PLAN_FILE)


def load_plan(directory: Path) -> TrainingPlan:
    """Read the plan of a training.

    Args:
        directory: The training's directory.

    Returns:
        The plan.

    Raises:
        TrainingError: If it cannot be read, or is of another version.
    """
    path = directory / PLAN_FILE
    try:
        document = read_document(path)
        if document.pop("schema", None) != _SCHEMA:
            raise DocumentError(path, "it is of another version")
        return TrainingPlan.from_document(document)
    except DocumentError as error:
        raise TrainingError(f"{error}; {_WAY_OUT}") from error
    except (OSError, TrainingError) as error:
        raise TrainingError(f"cannot read {str(path)!r}: {error}; {_WAY_OUT}") from error


@contextmanager
def training_directory(directory: Path, plan: TrainingPlan, overwrite: bool) -> Iterator[None]:
    """Hold the directory of a training, new or gone on with, within the block.

    Args:
        directory: The directory.
        plan: The plan to follow.
        overwrite: Whether to delete a training that is there.

    Yields:
        Nothing.

    Raises:
        TrainingError: If there is something else, or a training with another plan.
        BusyError: If another process trains in it.
    """
    check_place(directory)
    with directory_lock(directory, "training"):
        if is_training(directory):
            if overwrite:
                empty_directory(directory)
            else:
                _check_plan(directory, plan)
        remove_temporaries(directory, "*")
        if not is_training(directory):
            write_document(directory / PLAN_FILE, {"schema": _SCHEMA, **plan.to_document()})
        write_text(directory / GENOTYPE_FILE, to_json(from_string(plan.genotype)))
        yield


def check_place(directory: Path) -> None:
    """Refuse a place that no training can begin or go on in.

    Args:
        directory: The directory, which need not exist.

    Raises:
        TrainingError: If it is a file, or holds something else.
    """
    if not directory.exists() or is_training(directory):
        return
    if not directory.is_dir():
        raise TrainingError(f"{str(directory)!r} is a file; name a directory for the training")
    other = sorted(p.name for p in directory.iterdir() if not _NOTHING_YET.fullmatch(p.name))
    if other:
        names = ", ".join(other[:3]) + (", ..." if len(other) > 3 else "")
        raise TrainingError(
            f"{str(directory)!r} holds something else than a training ({names}); use another "
            "directory"
        )


def _check_plan(directory: Path, plan: TrainingPlan) -> None:
    differences = load_plan(directory).differences(plan)
    if differences:
        raise TrainingError(
            f"{str(directory)!r} holds a training with other settings ({'; '.join(differences)}); "
            "use the same settings to go on with it, another directory, or overwrite it"
        )
