"""Bars on a terminal: what is under way, how much of it is done, and a word on its state."""

from __future__ import annotations

from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Column

from memnas_cli.views.terminal import Console

_WIDTH = 24


def make_bars(console: Console) -> Progress:
    """Make what shows bars, none yet.

    Args:
        console: Where to draw.

    Returns:
        What takes tasks with a field `state`, and wipes them away when it stops.
    """
    state = Column(no_wrap=True, overflow="ellipsis")
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=_WIDTH),
        TextColumn("{task.fields[state]}", markup=False, table_column=state),
        console=console,
        transient=True,
    )
