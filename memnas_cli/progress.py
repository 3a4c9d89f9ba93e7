"""What a person sees while a search runs: a line per trial, and on a terminal a bar as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from memnas_cli.interrupts import Interrupts
from memnas_tf.memory import format_bytes
from tuner.history import SearchHistory
from tuner.listener import SearchListener
from tuner.rounds import COMPLETED, FAILED, RUNNING, PlannedTrial, Round
from tuner.timing import format_seconds, seconds_left
from tuner.trials.trial_files import ERROR_FILE


class SearchProgress(SearchListener):
    """Print the course of a search.

    Args:
        console: Where to print.
        epochs: The number of epochs of a trial.
        interrupts: Where Ctrl-C is noted down.
        workers: How many workers train trials; 0 if this process does.
    """

    def __init__(
        self, console: Console, epochs: int, interrupts: Interrupts, workers: int = 0
    ) -> None:
        self._console = console
        self._interrupts = interrupts
        self._epochs = epochs
        self._workers = workers
        self._over: set[str | None] = set()
        self._announced: set[int] = set()
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

    def say(self, line: str) -> None:
        """Print a line between those of the search.

        Args:
            line: The line.
        """
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)

    def on_search_begin(self, history: SearchHistory) -> None:
        """Say where a resumed search stands."""
        trials = [trial for entry in history.rounds for trial in entry.trials]
        self._over = {trial.trial_id for trial in trials if trial.is_over}
        self._announced = {entry.number for entry in history.rounds if entry.winner is not None}
        if self._over:
            self.say(f"resuming after {len(self._over)} trials in {len(history.rounds)} rounds")

    def on_trial_begin(self, history: SearchHistory, trial: PlannedTrial) -> None:
        """Start a trial's bar; announce a round with its first trial."""
        entry = _round_of(history, trial)
        if entry.trials[0] is trial:
            self.say(_round_line(entry, history.settings.max_rounds))
        if self._workers:
            self._show_round(history, entry)
            return
        number = 1 + sum(planned.is_over for planned in entry.trials)
        self._progress.update(
            self._task,
            description=f"round {entry.number}, trial {number} of {len(entry.trials)}",
            total=self._epochs,
            completed=0,
            state=_time_left(history),
        )

    def on_step_end(self) -> None:
        """Stop here if Ctrl-C was pressed."""
        self._interrupts.check()

    def on_epoch_end(self, trial: PlannedTrial, epoch: int, logs: Mapping[str, float]) -> None:
        """Advance the bar."""
        self._progress.update(self._task, completed=epoch + 1)

    def on_trial_end(self, history: SearchHistory, trial: PlannedTrial) -> None:
        """Print the trial's line, and the round's winner after its last."""
        entry = _round_of(history, trial)
        seconds = history.durations.get(trial.trial_id or "")
        took = "      " if seconds is None else f"{seconds:4.0f} s"
        result = (
            f"{100 * (trial.val_accuracy or 0):5.1f} %" if trial.status == COMPLETED else "failed "
        )
        why = ""
        if trial.status == FAILED and trial.trial_id is not None:
            why = f"  (see trial_{trial.trial_id}/{ERROR_FILE})"
        self.say(
            f"  {result}  {format_bytes(trial.parameter_bytes):>8} parameters"
            f"  {format_bytes(trial.lifetime_bytes):>8} lifetime"
            f"  {format_bytes(trial.arena_bytes):>8} arena"
            f"  {took}  {trial.move}{why}"
        )
        self._over.add(trial.trial_id)
        self._announce_winners(history)
        if self._workers:
            self._show_round(history, entry)

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

    def _show_round(self, history: SearchHistory, entry: Round) -> None:
        running = sum(trial.status == RUNNING for trial in entry.trials)
        self._progress.update(
            self._task,
            description=f"round {entry.number}, {running} trials running",
            total=len(entry.trials),
            completed=sum(trial.is_over for trial in entry.trials),
            state=_time_left(history, self._workers),
        )


def _round_of(history: SearchHistory, trial: PlannedTrial) -> Round:
    return next(entry for entry in history.rounds if any(one is trial for one in entry.trials))


def _time_left(history: SearchHistory, workers: int = 1) -> str:
    seconds = seconds_left(history, workers)
    return "" if seconds is None else f"at most {format_seconds(seconds)} left"


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
