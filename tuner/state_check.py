"""What no search writes: parts of a search's state that do not fit each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tuner.search.rounds import COMPLETED, PAUSED, PLANNED, STOPPED, PlannedTrial, Round
from tuner.search.settings import SearchSettings


def check_rounds(rounds: Sequence[Round], settings: SearchSettings) -> None:
    """Refuse rounds that no search writes. Of what type a value is, its annotation says.

    Args:
        rounds: The rounds as they were read.
        settings: The settings of the search.

    Raises:
        ValueError: If there is one.
    """
    fault = next(_faults(rounds, settings), None)
    if fault is not None:
        raise ValueError(fault)


def _faults(rounds: Sequence[Round], settings: SearchSettings) -> Iterator[str]:
    trials = [trial for entry in rounds for trial in entry.trials]
    ids = Counter(trial.trial_id for trial in trials if trial.trial_id is not None)
    for trial_id, count in ids.items():
        if count > 1:
            yield f"{count} trials have the id {trial_id!r}"
    for number, entry in enumerate(rounds, 1):
        if entry.number != number:
            yield f"round {number} has the number {entry.number}"
        if not entry.trials:
            yield f"round {number} has no trials"
        if number < len(rounds) and not entry.is_over:
            yield f"round {number} is not over, and another follows"
        yield from _winner_faults(entry)
        for position, trial in enumerate(entry.trials, 1):
            for fault in _trial_faults(trial, settings):
                yield f"trial {position} of round {number} {fault}"
            if trial.base_trial is not None and trial.base_trial not in ids:
                yield f"trial {position} of round {number} has a base that is no trial"


def _winner_faults(entry: Round) -> Iterator[str]:
    if entry.winner is None:
        if entry.is_over and entry.completed:
            yield f"round {entry.number} is over and has no winner"
    elif entry.winner >= len(entry.trials):
        yield f"round {entry.number} has the winner {entry.winner}"
    elif entry.trials[entry.winner].status != COMPLETED:
        yield f"the winner of round {entry.number} has no result"


def _trial_faults(trial: PlannedTrial, settings: SearchSettings) -> Iterator[str]:
    if (trial.trial_id is None) != (trial.status == PLANNED):
        yield f"is {trial.status} with {trial.trial_id!r} as its id"
    if trial.status in (PAUSED, STOPPED) and not trial.rung_qualities:
        yield f"is {trial.status} at no rung"
    if trial.status in (COMPLETED, PAUSED, STOPPED) and trial.quality is None:
        yield f"is {trial.status} without a result"
    if len(trial.rung_qualities) > len(settings.rungs):
        yield f"was at {len(trial.rung_qualities)} rungs of {len(settings.rungs)}"
    if trial.until_epoch is not None and trial.until_epoch not in settings.rungs:
        yield f"trains to epoch {trial.until_epoch}, where no rung is"
