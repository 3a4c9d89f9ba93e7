"""What a person sees while a search runs: a line per trial, and on a terminal a bar as well."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from memnas_cli.interrupts import Interrupts
from memnas_tf.memory import format_bytes
from tuner.history import SearchHistory
from tuner.listener import SearchListener
from tuner.rounds import COMPLETED, FAILED, PlannedTrial, Round
from tuner.trial_files import ERROR_FILE


class SearchProgress(SearchListener):
    """Print the course of a search.

    Args:
        console: Where to print.
        epochs: The number of epochs of a trial.
        interrupts: Where Ctrl-C is noted down.
    """

    def __init__(self, console: Console, epochs: int, interrupts: Interrupts) -> None:
        self._console = console
        self._interrupts = interrupts
        self._epochs = epochs
        self._seconds: list[float] = []
        self._trial_start = 0.0
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[state]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task: TaskID = self._progress.add_task("starting", state="")

    def __enter__(self) -> SearchProgress:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def on_search_begin(self, history: SearchHistory) -> None:
        """Say where a resumed search stands."""
        done = sum(trial.is_over for entry in history.rounds for trial in entry.trials)
        if done:
            self._print(f"resuming after {done} trials in {len(history.rounds)} rounds")

    def on_trial_begin(self, history: SearchHistory, trial: PlannedTrial) -> None:
        """Start a trial's bar; announce a round with its first trial."""
        self._trial_start = time.monotonic()
        entry = history.rounds[-1]
        if entry.trials[0] is trial:
            self._print(_round_line(entry, history.settings.max_rounds))
        number = 1 + sum(planned.is_over for planned in entry.trials)
        self._progress.update(
            self._task,
            description=f"round {entry.number}, trial {number} of {len(entry.trials)}",
            total=self._epochs,
            completed=0,
            state=self._time_left(history),
        )

    def on_step_end(self) -> None:
        """Stop here if Ctrl-C was pressed."""
        self._interrupts.check()

    def on_epoch_end(self, trial: PlannedTrial, epoch: int, logs: Mapping[str, float]) -> None:
        """Advance the bar."""
        self._progress.update(self._task, completed=epoch + 1)

    def on_trial_end(self, history: SearchHistory, trial: PlannedTrial) -> None:
        """Print the trial's line, and the round's winner after its last."""
        seconds = time.monotonic() - self._trial_start
        self._seconds.append(seconds)
        result = (
            f"{100 * (trial.val_accuracy or 0):5.1f} %" if trial.status == COMPLETED else "failed "
        )
        why = ""
        if trial.status == FAILED and trial.trial_id is not None:
            why = f"  (see trial_{trial.trial_id}/{ERROR_FILE})"
        self._print(
            f"  {result}  {format_bytes(trial.parameter_bytes):>8} parameters"
            f"  {format_bytes(trial.lifetime_bytes):>8} lifetime"
            f"  {format_bytes(trial.arena_bytes):>8} arena"
            f"  {seconds:4.0f} s  {trial.move}{why}"
        )
        winner = history.rounds[-1].winning_trial
        if winner is not None:
            self._print(f"  best of the round: {winner.move}  ({winner.genotype})")

    def on_prune(self, history: SearchHistory, pruned: Sequence[PlannedTrial]) -> None:
        """Say whose weights were deleted."""
        ids = ", ".join(str(trial.trial_id) for trial in pruned)
        self._print(f"  deleted the weights of trials that are not among the best: {ids}")

    def on_search_end(self, history: SearchHistory) -> None:
        """Say why the search ended."""
        self._print(f"the search ended: it {history.stop_reason}")

    def _time_left(self, history: SearchHistory) -> str:
        if not self._seconds:
            return ""
        settings = history.settings
        done = sum(trial.is_over for entry in history.rounds for trial in entry.trials)
        total = settings.max_rounds * settings.trials_per_round
        if settings.max_trials is not None:
            total = min(total, settings.max_trials)
        seconds = (total - done) * sum(self._seconds) / len(self._seconds)
        return f"at most {seconds / 60:.0f} min left"

    def _print(self, line: str) -> None:
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)


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
