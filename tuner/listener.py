"""What a program can watch of a search while it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tuner.history import SearchHistory
from tuner.search.rounds import PlannedTrial


class SearchListener:
    """Watch a search; every method does nothing unless overridden.

    A chief hears of the trials of all its workers, and not of their epochs. A worker hears of its
    own trials, with a history that holds the one trial and what its network was made from.
    """

    def on_search_begin(self, history: SearchHistory) -> None:
        """React to the start, or to the resumption, of a search."""

    def on_trial_begin(self, history: SearchHistory, trial: PlannedTrial) -> None:
        """React to the start of a trial."""

    def on_execution_begin(self, trial: PlannedTrial, execution: int) -> None:
        """React to the start of a training of a trial's network, counted from 0."""

    def on_step_end(self) -> None:
        """React to the end of a training step; the place to raise KeyboardInterrupt."""

    def on_stall(self) -> None:
        """React, in a thread of its own, to a worker's trial that hangs."""

    def on_epoch_end(self, trial: PlannedTrial, epoch: int, logs: Mapping[str, float]) -> None:
        """React to the end of a trial's epoch, counted from 0."""

    def on_trial_end(self, history: SearchHistory, trial: PlannedTrial) -> None:
        """React to the end of a trial; the history tells whether its round is over."""

    def on_prune(self, history: SearchHistory, pruned: Sequence[PlannedTrial]) -> None:
        """React to the deletion of the weights of trials that are not among the best."""

    def on_search_end(self, history: SearchHistory) -> None:
        """React to the end of a search."""


class Listeners(SearchListener):
    """Several listeners as one.

    Args:
        *listeners: Who is told, in this order.
    """

    def __init__(self, *listeners: SearchListener) -> None:
        self._listeners = listeners

    def on_search_begin(self, history: SearchHistory) -> None:
        """Tell all."""
        self._tell("on_search_begin", history)

    def on_trial_begin(self, history: SearchHistory, trial: PlannedTrial) -> None:
        """Tell all."""
        self._tell("on_trial_begin", history, trial)

    def on_execution_begin(self, trial: PlannedTrial, execution: int) -> None:
        """Tell all."""
        self._tell("on_execution_begin", trial, execution)

    def on_step_end(self) -> None:
        """Tell all."""
        self._tell("on_step_end")

    def on_stall(self) -> None:
        """Tell all."""
        self._tell("on_stall")

    def on_epoch_end(self, trial: PlannedTrial, epoch: int, logs: Mapping[str, float]) -> None:
        """Tell all."""
        self._tell("on_epoch_end", trial, epoch, logs)

    def on_trial_end(self, history: SearchHistory, trial: PlannedTrial) -> None:
        """Tell all."""
        self._tell("on_trial_end", history, trial)

    def on_prune(self, history: SearchHistory, pruned: Sequence[PlannedTrial]) -> None:
        """Tell all."""
        self._tell("on_prune", history, pruned)

    def on_search_end(self, history: SearchHistory) -> None:
        """Tell all."""
        self._tell("on_search_end", history)

    def _tell(self, method: str, *arguments: Any) -> None:
        for listener in self._listeners:
            getattr(listener, method)(*arguments)
