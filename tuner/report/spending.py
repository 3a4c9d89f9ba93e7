"""What a search spent, round by round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tuner.report.search_data import SearchData


@dataclass(frozen=True)
class RoundSpending:
    """What one round spent.

    Attributes:
        number: The round's number.
        seconds: The time of its trials that are over, added up over workers.
        epochs: The epochs that were trained, in unfinished trials too.
    """

    number: int
    seconds: float
    epochs: int


def spending(data: SearchData) -> list[RoundSpending]:
    """Add up what each round spent.

    Args:
        data: The search.

    Returns:
        One entry per round.
    """
    return [
        RoundSpending(
            entry.number,
            sum(data.seconds(trial) for trial in entry.trials),
            sum(data.epochs(trial) for trial in entry.trials),
        )
        for entry in data.history.rounds
    ]


def best_so_far(data: SearchData) -> Iterator[tuple[int, float]]:
    """Tell the best result after each trial, against the epochs that it took.

    Args:
        data: The search.

    Yields:
        The epochs that all trials up to this one trained, and the best quality of them; in the
        order the trials were planned in.
    """
    epochs, best = 0, None
    for trial in data.trials:
        epochs += data.epochs(trial)
        if trial.quality is not None:
            best = trial.quality if best is None else max(best, trial.quality)
        if best is not None and trial.is_over:
            yield epochs, best
