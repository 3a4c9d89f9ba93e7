"""A training's directory: whose it is, and whether it may be gone on with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from memnas_tf.directory_lock import LOCK_FILE, directory_lock
from memnas_tf.documents import read_document, write_document
from memnas_tf.errors import DocumentError, TrainingError
from memnas_tf.files import write_text
from memnas_tf.genotype import GENOTYPE_FILE, from_string, to_json
from memnas_tf.owned_files import foreign_names, is_marked, refuse_links, remove_owned, shortened
from memnas_tf.preprocessing import PREPROCESSING_FILE
from memnas_tf.temporaries import sweep_tree
from memnas_tf.training.plan import TrainingPlan

PLAN_FILE = "plan.json"
PROGRESS_FILE = "progress.npz"
LOGS_FOLDER = "logs"
_SCHEMA = 2
_WAY_OUT = "use another directory, or overwrite it"
_MARK = "recipe"
# What a training writes beside its plan, as `memnas_tf.owned_files` takes it.
_TRAINING_FILES = (
    *("architecture.png", "architecture.txt", "genotype.json", "model.keras"),
    *(PREPROCESSING_FILE, f"{PROGRESS_FILE}*", "results.json*", "train.toml", "training.json*"),
    f"{LOGS_FOLDER}/*/events.out.tfevents.*",
)


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
        sweep_tree(directory)
        is_new = not is_training(directory)
        if overwrite:
            remove_owned(directory, ["results.json"])  # first: without them it is not finished
            remove_owned(directory, _TRAINING_FILES)
        elif not is_new:
            _check_plan(directory, plan)
        if is_new or overwrite:
            write_document(directory / PLAN_FILE, {"schema": _SCHEMA, **plan.to_document()})
        write_text(directory / GENOTYPE_FILE, to_json(from_string(plan.genotype)))
        yield


def check_place(directory: Path) -> None:
    """Refuse a place that no training can begin or go on in.

    Args:
        directory: The directory, which need not exist.

    Raises:
        TrainingError: If it is a file, or holds something else.
        ConfigError: If links lead out of it.
    """
    if directory.exists() and not directory.is_dir():
        raise TrainingError(f"{str(directory)!r} is a file; name a directory for the training")
    if is_marked(directory, (PLAN_FILE,), _MARK, LOCK_FILE):
        refuse_links(directory, _TRAINING_FILES)
        return
    other = foreign_names(directory, (LOCK_FILE,))
    if other:
        raise TrainingError(
            f"{str(directory)!r} holds something else than a training ({shortened(other)}); use "
            "another directory"
        )


def _check_plan(directory: Path, plan: TrainingPlan) -> None:
    differences = load_plan(directory).differences(plan)
    if differences:
        raise TrainingError(
            f"{str(directory)!r} holds a training with other settings ({'; '.join(differences)}); "
            "use the same settings to go on with it, another directory, or overwrite it"
        )
