"""How far an export is."""

from __future__ import annotations

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from memnas_cli.views.terminal import Console


class ExportProgress:
    """A bar on a terminal; elsewhere a line for everything that is begun."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._what = ""
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task: TaskID = self._bar.add_task("")

    def __enter__(self) -> ExportProgress:
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, what: str, done: int, total: int) -> None:
        """Show how far something is; 0 of 0 if that is not known."""
        if what != self._what:
            self._what = what
            self._bar.reset(self._task)
            if not self._console.is_terminal:
                self._console.say(what)
        self._bar.update(self._task, description=what, completed=done, total=total or None)
