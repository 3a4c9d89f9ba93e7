"""Who writes TensorBoard's logs: which process of a search writes which part of them."""

from __future__ import annotations

from pathlib import Path

from tuner.distributed.distribution import is_chief, is_worker
from tuner.listener import SearchListener
from tuner.tensorboard.search_log import SearchLog
from tuner.tensorboard.trial_log import TrialLog


def log_listeners(project: Path) -> list[SearchListener]:
    """Make what logs this process's part of a search.

    Args:
        project: The search's directory.

    Returns:
        The listeners: of a worker the log of its trials, of a chief that of the search, and of
        a process that does it all both.
    """
    listeners: list[SearchListener] = []
    if not is_chief():
        listeners.append(TrialLog(project))
    if not is_worker():
        listeners.append(SearchLog(project))
    return listeners
