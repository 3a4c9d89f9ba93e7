"""What a worker writes to its log: when each trial began, its epochs, and how it ended."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping

from memnas_cli.views.terminal import echo
from memnas_tf.interrupts import Interrupts
from tuner.distributed.distribution import chief_address, tuner_id
from tuner.distributed.local_workers import is_orphan
from tuner.history import SearchHistory
from tuner.listener import SearchListener
from tuner.search.rounds import COMPLETED, PlannedTrial


class WorkerLog(SearchListener):
    """Print the course of a worker.

    Args:
        interrupts: Where Ctrl-C is noted down.
    """

    def __init__(self, interrupts: Interrupts) -> None:
        self._interrupts = interrupts

    def on_search_begin(self, history: SearchHistory) -> None:
        """Say whose worker this is."""
        _log(f"{tuner_id()} works for the chief at {chief_address()}")

    def on_trial_begin(self, history: SearchHistory, trial: PlannedTrial) -> None:
        """Say which candidate is trained."""
        _log(f"trial {trial.trial_id}: {trial.move}  ({trial.genotype})")

    def on_step_end(self) -> None:
        """Stop here if Ctrl-C was pressed, or the chief that started this worker is gone."""
        self._interrupts.check()
        if is_orphan():
            _log("the command that started this worker is gone")
            raise KeyboardInterrupt

    def on_stall(self) -> None:
        """End this process, which hangs: whoever started it may start another."""
        _log("the trial hangs; ending this worker")
        sys.stdout.flush()
        os._exit(1)  # the main thread hangs, and could not be interrupted

    def on_epoch_end(self, trial: PlannedTrial, epoch: int, logs: Mapping[str, float]) -> None:
        """Write the epoch's metrics."""
        metrics = "  ".join(f"{name} {value:.4f}" for name, value in logs.items())
        _log(f"trial {trial.trial_id}, epoch {epoch + 1}: {metrics}")

    def on_trial_end(self, history: SearchHistory, trial: PlannedTrial) -> None:
        """Write the result."""
        result = (
            history.settings.objective.format(trial.quality)
            if trial.status == COMPLETED
            else trial.status
        )
        _log(f"trial {trial.trial_id} ended: {result}")

    def on_search_end(self, history: SearchHistory) -> None:
        """Say that there is nothing left to do."""
        _log("the search is over")


def _log(line: str) -> None:
    echo(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {line}")
