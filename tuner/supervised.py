"""The side of a search that its supervisor has started: what it is training, and for how long.

The supervisor learns of a trial by an unnamed file that both hold open, as it has to be told
before the process can crash.
"""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

from tuner.history import SearchHistory
from tuner.listener import SearchListener
from tuner.search.rounds import PlannedTrial
from tuner.trials.trial_files import trial_directory

SUPERVISED = "MEMNAS_SUPERVISED"
TERMINAL = "MEMNAS_TERMINAL"


def is_supervised() -> bool:
    """Tell whether a supervisor has started this process."""
    return SUPERVISED in os.environ


def is_terminal(errors: bool) -> bool | None:
    """Tell whether what the supervisor hands on ends on a terminal; None where it hands on nothing.

    Args:
        errors: Whether it is standard error, which goes through the supervisor.
    """
    return True if errors and TERMINAL in os.environ else None


def die_with_supervisor() -> None:
    """End this process as soon as its supervisor is gone: what is on disk can be gone on with."""

    def wait() -> None:
        while os.read(0, 1):
            pass
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True, name="supervisor").start()


class TrialNote(SearchListener):
    """Note down for the supervisor which trial this process trains.

    Args:
        project: The search's directory.
    """

    def __init__(self, project: Path) -> None:
        self._project = project.absolute()
        self._file = int(os.environ[SUPERVISED])

    def on_trial_begin(self, history: SearchHistory, trial: PlannedTrial) -> None:
        """Note it down."""
        self._write(os.fsencode(trial_directory(self._project, str(trial.trial_id))))

    def on_trial_end(self, history: SearchHistory, trial: PlannedTrial) -> None:
        """Take the note back."""
        self._write(b"")

    def _write(self, content: bytes) -> None:
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, content, 0)
