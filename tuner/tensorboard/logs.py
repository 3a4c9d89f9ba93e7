"""Who writes TensorBoard's logs: which process of a search writes which part of them."""

from __future__ import annotations

from pathlib import Path

from memnas_tf.errors import ConfigError
from tuner.distributed.distribution import is_chief, is_worker
from tuner.listener import SearchListener
from tuner.tensorboard.folder import LOGS_FOLDER
from tuner.tensorboard.search_log import SearchLog
from tuner.tensorboard.trial_log import TrialLog


def log_listeners(project: Path, tensorboard: bool) -> list[SearchListener]:
    """Make what logs this process's part of a search.

    Args:
        project: The search's directory.
        tensorboard: Whether logs are wanted.

    Returns:
        The listeners: of a worker the log of its trials, of a chief that of the search, and of
        a process that does it all both.

    Raises:
        ConfigError: If `tensorboard` is something else than True or False.
    """
    if not isinstance(tensorboard, bool):
        raise ConfigError(
            f"tensorboard is {tensorboard!r}; it must be True or False, and logs always lie in "
            f"{str(project / LOGS_FOLDER)!r}"
        )
    if not tensorboard:
        return []
    listeners: list[SearchListener] = []
    if not is_chief():
        listeners.append(TrialLog(project))
    if not is_worker():
        listeners.append(SearchLog(project))
    return listeners
