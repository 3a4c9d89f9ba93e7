"""What stands below the lines of a search on a terminal: its bars, and the best so far."""

from __future__ import annotations

import time
from collections.abc import Mapping

from rich.console import Group
from rich.live import Live
from rich.progress import TaskID
from rich.text import Text

from memnas_cli.views.bars import make_bars
from memnas_cli.views.terminal import Console
from memnas_tf.memory import format_bytes
from tuner.history import SearchHistory
from tuner.objective import SearchObjective
from tuner.search.rounds import COMPLETED, RUNNING, PlannedTrial, Round
from tuner.search.settings import SearchSettings
from tuner.timing import format_seconds, seconds_left, trials_left

_REFRESHES_PER_SECOND = 4


class LiveView:
    """Show where a search stands, a line for each of search, round and trial.

    Args:
        console: Where to draw.
        epochs: The number of epochs of a trial.
        steps: The number of training steps of an epoch.
        workers: How many workers train trials, each shown with its own line; 0 if this process
            does.
    """

    def __init__(self, console: Console, epochs: int, steps: int, workers: int = 0) -> None:
        self._epochs = epochs
        self._steps = steps
        self._workers = workers
        self._bars = make_bars(console)
        self._search = self._bars.add_task("search", state="starting", total=None)
        self._round = self._bars.add_task("round", state="", visible=False)
        self._trials: dict[str | None, _Row] = {}
        self._best = ""
        self._objective = SearchObjective()
        self._ends: float | None = None
        self._live = Live(
            self, console=console, transient=True, refresh_per_second=_REFRESHES_PER_SECOND
        )

    def start(self) -> None:
        """Begin to draw."""
        self._live.start(refresh=True)

    def stop(self) -> None:
        """Wipe it away, and give the terminal back as it was."""
        self._live.stop()

    def __rich__(self) -> Group:
        """Return what is drawn now."""
        return Group(self._bars, *(Text(line, no_wrap=True) for line in self._notes()))

    def show(self, history: SearchHistory, entry: Round) -> None:
        """Show where a search stands when a trial of a round has begun or ended."""
        self._objective = history.settings.objective
        over = sum(trial.is_over for one in history.rounds for trial in one.trials)
        self._bars.update(
            self._search,
            completed=over,
            total=over + trials_left(history),
            state=f"round {entry.number} of {history.settings.max_rounds}",
        )
        done = sum(trial.is_over for trial in entry.trials)
        self._bars.update(
            self._round,
            completed=done,
            total=len(entry.trials),
            visible=True,
            state=f"{done} of {len(entry.trials)} trials done",
        )
        running = [trial for trial in entry.trials if trial.status == RUNNING]
        self._show_running(running, history.settings)
        left = seconds_left(history, max(self._workers, 1))
        self._ends = None if left is None else time.monotonic() + left
        self._best = _best_line(history, entry)

    def end_step(self) -> None:
        """Advance the trial's bar; with workers, or between trials, there is none."""
        if not self._workers:
            for row in self._trials.values():
                self._bars.advance(row.task)

    def end_epoch(self, trial: PlannedTrial, epoch: int, logs: Mapping[str, float]) -> None:
        """Show what a trial reached after an epoch, counted from 0."""
        row = self._trials.get(trial.trial_id)
        if row is None:
            return
        row.epoch = epoch + 1
        row.quality = self._objective.quality_of(logs)
        self._bars.update(row.task, completed=row.epoch * self._steps)

    def _show_running(self, running: list[PlannedTrial], settings: SearchSettings) -> None:
        ids = {trial.trial_id for trial in running}
        for trial_id in [known for known in self._trials if known not in ids]:
            self._bars.remove_task(self._trials.pop(trial_id).task)
        for trial in running:
            if trial.trial_id not in self._trials:
                epochs = settings.planned_epochs(trial.base_trial is not None) or self._epochs
                epochs = trial.until_epoch or epochs
                # The chief of workers knows nothing of their steps.
                total = None if self._workers else epochs * self._steps
                task = self._bars.add_task(f"trial {trial.trial_id}", total=total, state="")
                self._trials[trial.trial_id] = _Row(task, trial.move, epochs)

    def _notes(self) -> list[str]:
        for row in list(self._trials.values()):
            self._bars.update(row.task, state=self._trial_state(row))
        lines = [self._best] if self._best else []
        left = 0.0 if self._ends is None else self._ends - time.monotonic()
        if left > 0:
            lines.append(f"at most {format_seconds(left)} left")
        return lines

    def _trial_state(self, row: _Row) -> str:
        took = f"{format_seconds(time.monotonic() - row.began)} so far"
        if self._workers:
            return f"{took}  {row.move}"
        result = "" if row.quality is None else f", {self._objective.format(row.quality)}"
        epoch = min(row.epoch + 1, row.epochs)
        return f"epoch {epoch} of {row.epochs}{result}, {took}  {row.move}"


class _Row:
    def __init__(self, task: TaskID, move: str, epochs: int) -> None:
        self.task = task
        self.move = move
        self.epochs = epochs
        self.began = time.monotonic()
        self.epoch = 0
        self.quality: float | None = None


def _best_line(history: SearchHistory, entry: Round) -> str:
    best, what = history.best, "best so far"
    if best is None:  # which trial is best is known at the end of a round
        completed = [trial for trial in entry.trials if trial.status == COMPLETED]
        best = max(completed, key=lambda trial: trial.quality or 0.0, default=None)
        what = f"best {history.settings.objective.short} so far"
    if best is None:
        return ""
    return (
        f"{what}: {history.settings.objective.format_number(best.quality)}, "
        f"{format_bytes(best.parameter_bytes)} parameters, "
        f"{format_bytes(best.lifetime_bytes)} lifetime, {format_bytes(best.arena_bytes)} arena"
    )
