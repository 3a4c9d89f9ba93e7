"""What no search writes: values in a search's state that whoever wrote it is not trusted with."""

from __future__ import annotations

import math
from collections.abc import Sequence

from memnas_tf.errors import GenotypeError
from memnas_tf.genotype import from_string
from tuner.search.rounds import COMPLETED, PAUSED, STATES, STOPPED, PlannedTrial, Round

_MEASURES = ("parameter_bytes", "lifetime_bytes", "arena_bytes", "intermediate_bytes")
_RESULTS = ("predicted", "quality", "efficiency", "memory_term")


def check_rounds(rounds: Sequence[Round]) -> None:
    """Refuse values that no search writes, before arithmetic or a path is made of them.

    Args:
        rounds: The rounds as they were read.

    Raises:
        ValueError: If there is one.
    """
    for entry in rounds:
        fault = _round_fault(entry)
        for position, trial in enumerate(entry.trials):
            fault = fault or _trial_fault(trial, f"trial {position + 1} of round {entry.number!r}")
        if fault:
            raise ValueError(fault)


def _round_fault(entry: Round) -> str | None:
    if not isinstance(entry.number, int):
        return f"a round has the number {entry.number!r}"
    winner = entry.winner
    if winner is not None and not (isinstance(winner, int) and 0 <= winner < len(entry.trials)):
        return f"round {entry.number} has the winner {winner!r}"
    return _genotype_fault(entry.base, f"the base of round {entry.number!r}")


def _trial_fault(trial: PlannedTrial, name: str) -> str | None:
    for key in (trial.trial_id, trial.base_trial):  # each becomes the name of a directory
        if key is not None and not str(key).isalnum():
            return f"{key!r} is no trial's id"
    if trial.status not in STATES:
        return f"{name} has the status {trial.status!r}"
    for field in _MEASURES:
        value = getattr(trial, field)
        if not isinstance(value, int) or value < 0:
            return f"{name} has {value!r} as {field}"
    for field in _RESULTS:
        value = getattr(trial, field)
        if value is not None and not _is_finite(value):
            return f"{name} has {value!r} as {field}"
    if not _are_values(trial.hyperparameters):
        return f"{name} has {trial.hyperparameters!r} as hyperparameters"
    if trial.until_epoch is not None and not isinstance(trial.until_epoch, int):
        return f"{name} has {trial.until_epoch!r} as until_epoch"
    if not all(map(_is_finite, trial.rung_qualities)):
        return f"{name} has {trial.rung_qualities!r} as rung_qualities"
    if trial.status in (PAUSED, STOPPED) and not trial.rung_qualities:
        return f"{name} is {trial.status} at no rung"
    if trial.status in (COMPLETED, PAUSED, STOPPED) and trial.quality is None:
        return f"{name} is {trial.status} without a result"
    return _genotype_fault(trial.genotype, name)


def _are_values(hyperparameters: object) -> bool:
    return isinstance(hyperparameters, dict) and all(
        isinstance(name, str) and (isinstance(value, str | bool) or _is_finite(value))
        for name, value in hyperparameters.items()
    )


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _genotype_fault(genotype: str, name: str) -> str | None:
    try:
        from_string(genotype)
    except (GenotypeError, AttributeError, TypeError) as error:
        return f"{name}: {error}"
    return None
