"""Trials in a row that fail: two in the same way by a mistake in the call, which all share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile

from keras_tuner.engine import trial as trial_module

from memnas_tf.errors import SearchError
from tuner.search.rounds import FAILED, PLANNED, RUNNING, Round
from tuner.trials.failures import is_same_failure

_FAILED = trial_module.TrialStatus.FAILED


def is_repeated(trial: trial_module.Trial, before: trial_module.Trial | None) -> bool:
    """Tell whether a trial failed as the one that ended before it.

    Args:
        trial: The trial, which is over.
        before: The one before it; None for the first.
    """
    return (
        before is not None
        and trial.status == before.status == _FAILED
        and is_same_failure(trial.message, before.message)
    )


def has_results(rounds: Sequence[Round]) -> bool:
    """Tell whether any trial was measured, be it to a rung."""
    without = (PLANNED, RUNNING, FAILED)
    trials = [trial for entry in rounds for trial in entry.trials]
    return any(trial.status not in without or trial.rung_qualities for trial in trials)


def put_back_failed(
    rounds: Sequence[Round], trials: Mapping[str, trial_module.Trial]
) -> list[trial_module.Trial]:
    """Have what failed trained again, where the search has no result that goes by it.

    Args:
        rounds: The search's rounds.
        trials: KerasTuner's trials by id.

    Returns:
        Those that are under way again.
    """
    if has_results(rounds):
        return []
    put_back = []
    for planned in rounds[-1].trials:
        trial = trials.get(str(planned.trial_id))
        if trial is not None and trial.status == _FAILED:
            planned.status, trial.status = RUNNING, trial_module.TrialStatus.RUNNING
            put_back.append(trial)
    return put_back


def failures_in_a_row(ended: Sequence[trial_module.Trial]) -> int:
    """Count the failures since the last trial that did not fail.

    Args:
        ended: The trials that are over, in that order.
    """
    return sum(1 for _ in takewhile(lambda trial: trial.status == _FAILED, reversed(ended)))


def repetition_error(message: str | None) -> SearchError:
    """Return what a search ends with after the second failure.

    Args:
        message: The message of both.
    """
    return SearchError(
        f"two trials in a row failed in the same way: {message}; mend it, and the same search "
        "goes on. To give up a single candidate, raise keras_tuner.errors.FailedTrialError"
    )
