"""What a person sees while a search runs: a line per event, and on a terminal bars as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType

from memnas_cli.views.live_view import LiveView
from memnas_cli.views.terminal import Console
from memnas_tf.interrupts import Interrupts
from memnas_tf.memory import format_bytes
from tuner.history import SearchHistory
from tuner.listener import SearchListener
from tuner.search.rounds import COMPLETED, FAILED, PAUSED, STOPPED, PlannedTrial, Round
from tuner.trials.trial_files import ERROR_FILE


class SearchProgress(SearchListener):
    """Print the course of a search.

    Args:
        console: Where to print.
        view: What stands below the lines on a terminal.
        interrupts: Where Ctrl-C is noted down.
    """

    def __init__(self, console: Console, view: LiveView, interrupts: Interrupts) -> None:
        self._console = console
        self._view = view
        self._interrupts = interrupts
        self._over: set[str | None] = set()
        self._paused: set[str | None] = set()
        self._announced: set[int] = set()

    def __enter__(self) -> SearchProgress:
        if self._console.is_interactive:
            self._view.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._view.stop()

    def say(self, line: str) -> None:
        """Print a line between those of the search.

        Args:
            line: The line.
        """
        self._console.say(line)

    def on_search_begin(self, history: SearchHistory) -> None:
        """Say where a resumed search stands."""
        trials = [trial for entry in history.rounds for trial in entry.trials]
        self._over = {trial.trial_id for trial in trials if trial.is_over}
        self._paused = {trial.trial_id for trial in trials if trial.status == PAUSED}
        self._announced = {entry.number for entry in history.rounds if entry.winner is not None}
        if self._over:
            self.say(f"resuming after {len(self._over)} trials in {len(history.rounds)} rounds")

    def on_trial_begin(self, history: SearchHistory, trial: PlannedTrial) -> None:
        """Announce a round with its first trial."""
        entry = history.round_of(trial)
        if trial.rung_qualities:
            self.say(f"  going on with  {trial.move}")
        elif entry.trials[0] is trial:
            self.say(_round_line(entry, history.settings.max_rounds))
        self._view.show(history, entry)

    def on_step_end(self) -> None:
        """Advance the bar; stop here if Ctrl-C was pressed."""
        self._view.end_step()
        self._interrupts.check()

    def on_epoch_end(self, trial: PlannedTrial, epoch: int, logs: Mapping[str, float]) -> None:
        """Show how far the trial is."""
        self._view.end_epoch(trial, epoch, logs)

    def on_trial_end(self, history: SearchHistory, trial: PlannedTrial) -> None:
        """Print the trial's line, and the round's winner after its last."""
        entry = history.round_of(trial)
        if trial.is_over:
            self._over.add(trial.trial_id)
        if trial.status == STOPPED and trial.trial_id in self._paused:
            return  # it was told of when it came to the rung
        seconds = history.durations.get(trial.trial_id or "")
        took = "      " if seconds is None else f"{seconds:4.0f} s"
        result = "failed "
        if trial.quality is not None and trial.status != FAILED:
            result = f"{history.settings.objective.format(trial.quality):>7}"
        why = ""
        if trial.status == FAILED and trial.trial_id is not None:
            why = f"  (see trial_{trial.trial_id}/{ERROR_FILE})"
        elif trial.status != COMPLETED and trial.rung_qualities:
            self._paused.add(trial.trial_id)
            rung = history.settings.rungs[len(trial.rung_qualities) - 1]
            why = f"  (at the rung of {rung} {'epoch' if rung == 1 else 'epochs'})"
        words = trial.hyperparameter_words
        with_values = f"  with {words}" if words else ""
        self.say(
            f"  {result}  {format_bytes(trial.parameter_bytes):>8} parameters"
            f"  {format_bytes(trial.lifetime_bytes):>8} lifetime"
            f"  {format_bytes(trial.arena_bytes):>8} arena"
            f"  {took}  {trial.move}{with_values}{why}"
        )
        self._announce_winners(history)
        self._view.show(history, entry)

    def on_prune(self, history: SearchHistory, pruned: Sequence[PlannedTrial]) -> None:
        """Say whose weights were deleted."""
        ids = ", ".join(str(trial.trial_id) for trial in pruned)
        self.say(f"  deleted the weights of trials that are not among the best: {ids}")

    def on_search_end(self, history: SearchHistory) -> None:
        """Say why the search ended."""
        self._announce_winners(history)
        self.say(f"the search ended: it {history.stop_reason}")

    def _announce_winners(self, history: SearchHistory) -> None:
        for entry in history.rounds:
            winner = entry.winning_trial
            if winner is None or entry.number in self._announced:
                continue
            if all(trial.trial_id in self._over for trial in entry.trials):
                self._announced.add(entry.number)
                self.say(f"  best of the round: {winner.move}  ({winner.genotype})")


def _round_line(entry: Round, max_rounds: int) -> str:
    ranked = any(trial.predicted is not None for trial in entry.trials)
    how = "chosen by the ranker" if ranked else "drawn at random"
    if len(entry.trials) == entry.candidates:
        how = "all of them"
    fit = f" ({entry.too_large} more do not fit)" if entry.too_large else ""
    return (
        f"round {entry.number} of {max_rounds}: {len(entry.trials)} of "
        f"{entry.candidates} candidates{fit}, {how}"
    )
