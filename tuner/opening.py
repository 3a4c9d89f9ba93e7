"""Open the directory of a search, new or to go on with."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from memnas_tf.directory_lock import directory_lock
from memnas_tf.errors import SearchError
from memnas_tf.files import write_json
from memnas_tf.temporaries import sweep_tree
from tuner.distributed.distribution import is_worker, tuner_id
from tuner.history import has_search, load_search
from tuner.search.settings import SearchSettings
from tuner.search_directory import check_search_place, delete_search

TUNER_STATE: dict[str, Any] = {"schema": 1}  # the tuner's own, beside the oracle's: none


@contextlib.contextmanager
def opened(project: Path, settings: SearchSettings, overwrite: bool) -> Iterator[None]:
    """Hold the directory of a search while its tuner is made.

    Args:
        project: The directory.
        settings: The search's settings.
        overwrite: Whether to delete a search that is there.

    Raises:
        SearchError: If it holds a search with other settings.
        BusyError: If another process runs the search.
    """
    if is_worker():  # which may see another directory than its chief, and deletes nothing
        if has_search(project):
            check_resumable(project, settings)
        yield
        return
    check_search_place(project)
    with directory_lock(project, "search"):
        sweep_tree(project)
        if overwrite:
            delete_search(project)
        elif has_search(project):
            check_resumable(project, settings)
            # KerasTuner takes a search for new where the tuner's own file is missing, and would
            # write over the oracle's; a damaged one it does not survive.
            write_json(project / f"{tuner_id()}.json", TUNER_STATE)
        yield


def check_resumable(project: Path, settings: SearchSettings) -> None:
    """Refuse to resume a search with other settings.

    Args:
        project: The search's directory.
        settings: The settings to go on with.

    Raises:
        SearchError: If it holds a search with other settings, or none that can be read.
    """
    differences = load_search(project).settings.differences(settings)
    if differences:
        raise SearchError(
            f"{str(project)!r} holds a search with other settings ({'; '.join(differences)}); "
            "use the same settings to resume it, another directory, or overwrite it"
        )


def is_over(project: Path) -> bool:
    """Tell whether a search has ended, as far as its directory can be seen from here."""
    try:
        return load_search(project).stop_reason is not None
    except SearchError:  # another machine, without the directory
        return False
