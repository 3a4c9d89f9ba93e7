"""A search's directory: whether it is one, what in it is the search's own, and its end.

Needs no TensorFlow.
"""

from __future__ import annotations

from pathlib import Path

from memnas_tf.directory_lock import LOCK_FILE
from memnas_tf.errors import SearchError
from memnas_tf.files import previous_path, write_json
from memnas_tf.owned_files import foreign_names, is_marked, refuse_links, remove_owned, shortened
from memnas_tf.preprocessing import PREPROCESSING_FILE
from memnas_tf.training.network_files import FOLDER as BEST_FOLDER
from tuner.history import ORACLE_FILE, has_search

_MARK = "memnas"
_STATE = (f"{ORACLE_FILE}.*", ORACLE_FILE)
_FILES = ("best.json", "fit.json", "search.toml", "workers.json", "tuner0.json", "*chief*.json")
_TRIAL = (
    *("trial.json*", "training.json*", "build_config.json*", "error.txt"),
    *("checkpoint.weights.h5", "progress.npz*", "out_of_memory.txt", "crash_*.txt"),
)
_BEST = (
    *("architecture.png", "architecture.txt", "genotype.json", "model.keras"),
    *(PREPROCESSING_FILE, "results.json", "saved_model/1/**"),
)
_EVENTS = "events.out.tfevents.*"
# What a search writes, as `memnas_tf.owned_files` takes it.
SEARCH_FILES = (
    *_FILES,
    *(f"trial_*/{name}" for name in _TRIAL),
    *(f"{BEST_FOLDER}/{name}" for name in _BEST),
    *(f"logs/*/{_EVENTS}", f"logs/*/execution_*/{_EVENTS}"),
    "workers/*.log",
    *_STATE,
)


def check_search_place(project: Path) -> None:
    """Refuse a place that no search can begin or go on in.

    Args:
        project: The search's directory, which need not exist.

    Raises:
        SearchError: If it is a file, or holds something else than a search.
        ConfigError: If links lead out of it.
    """
    if project.exists() and not project.is_dir():
        raise SearchError(f"{str(project)!r} is a file; name a directory for the search")
    if is_marked(project, (ORACLE_FILE, previous_path(Path(ORACLE_FILE)).name), _MARK, LOCK_FILE):
        refuse_links(project, SEARCH_FILES)
        return
    if has_search(project):
        raise SearchError(
            f"{str(project)!r} holds a search of another tuner, not of MemNASTuner; use another "
            "directory or project name"
        )
    other = foreign_names(project, (LOCK_FILE,))
    if other:
        raise SearchError(
            f"{str(project)!r} holds something else than a search ({shortened(other)}); use "
            "another directory or project name"
        )


def delete_search(project: Path) -> None:
    """Delete a search: the files and folders that it wrote, and nothing else.

    Args:
        project: The search's directory, held by `directory_lock`, which need not hold a search.
    """
    if has_search(project):  # so that a kill from here on leaves nothing that could be resumed
        write_json(project / ORACLE_FILE, {_MARK: {"schema": "none, as it was being deleted"}})
        previous_path(project / ORACLE_FILE).unlink(missing_ok=True)
    remove_owned(project, [name for name in SEARCH_FILES if name not in _STATE])
    remove_owned(project, _STATE)


def remove_best(project: Path) -> None:
    """Delete what an earlier answer of a search left in its folder.

    Args:
        project: The search's directory.

    Raises:
        SearchError: If the folder holds something else as well.
    """
    names = [name for name in SEARCH_FILES if name.startswith(f"{BEST_FOLDER}/")]
    remove_owned(project, names)
    left = foreign_names(project / BEST_FOLDER, ())
    if left:
        raise SearchError(
            f"{str(project / BEST_FOLDER)!r} holds what no search wrote ({shortened(left)}); "
            "move it away first"
        )
