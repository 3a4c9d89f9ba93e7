"""The table of all trials: what is shown in a cell, and what it is sorted by."""

from __future__ import annotations

from dataclasses import dataclass

from memnas_tf.memory.units import format_bytes
from tuner.objective import SearchObjective
from tuner.report.search_data import SearchData
from tuner.search.rounds import PlannedTrial
from tuner.timing import format_seconds


@dataclass(frozen=True)
class Column:
    """The head of a column."""

    name: str
    is_number: bool = True


@dataclass(frozen=True)
class TableCell:
    """A cell of the table.

    Attributes:
        text: What is shown.
        kind: Its class in the style sheet.
        value: What it is sorted by; None for the text.
    """

    text: str
    kind: str = ""
    value: float | None = None


@dataclass(frozen=True)
class Row:
    """A trial, and whether it won its round."""

    cells: tuple[TableCell, ...]
    is_winner: bool


def columns(objective: SearchObjective) -> tuple[Column, ...]:
    """Make the heads of the table.

    Args:
        objective: What the search's trials reported.

    Returns:
        One for each cell of a row.
    """
    numbers = (objective.short, "efficiency", "expected", "parameters", "lifetime", "arena")
    return (
        Column("round"),
        Column("trial", is_number=False),
        Column("state", is_number=False),
        Column("move", is_number=False),
        *map(Column, (*numbers, "epochs", "with its bases'", "time")),
        Column("hyperparameters", is_number=False),
        Column("genotype", is_number=False),
    )


def table_rows(data: SearchData) -> list[Row]:
    """Make the rows of the table.

    Args:
        data: The search.

    Returns:
        One row per trial, in the order they were planned in.
    """
    return [
        Row(_cells(data, entry.number, trial), trial is entry.winning_trial)
        for entry in data.history.rounds
        for trial in entry.trials
    ]


def _cells(data: SearchData, number: int, trial: PlannedTrial) -> tuple[TableCell, ...]:
    objective, seconds = data.history.settings.objective, data.seconds(trial)
    score = None if trial.quality is None else objective.score(trial.quality)
    return (
        TableCell(str(number), "number"),
        TableCell(trial.trial_id or ""),
        TableCell(trial.status),
        TableCell(trial.move, "move"),
        _number(score, objective.format_number(trial.quality)),
        *(
            _number(value, "" if value is None else f"{value:.3f}")
            for value in (trial.efficiency, trial.predicted)
        ),
        *(
            _number(value, format_bytes(value))
            for value in (trial.parameter_bytes, trial.lifetime_bytes, trial.arena_bytes)
        ),
        TableCell(str(data.epochs(trial) or ""), "number"),
        TableCell(str(data.cumulative_epochs(trial) or ""), "number"),
        _number(round(seconds, 1) or None, format_seconds(seconds) if seconds else ""),
        TableCell(trial.hyperparameter_words),
        TableCell(trial.genotype, "genotype"),
    )


def _number(value: float | None, text: str) -> TableCell:
    return TableCell(text, "number", None if value is None else round(value, 6))
