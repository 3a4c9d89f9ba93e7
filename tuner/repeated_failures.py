"""Two trials in a row that fail in the same way: a mistake in the call, which all others share."""

from __future__ import annotations

from collections.abc import Sequence

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


def repetition_error(message: str | None) -> SearchError:
    """Return what a search ends with after the second failure.

    Args:
        message: The message of both.
    """
    return SearchError(
        f"two trials in a row failed in the same way: {message}; mend it, and the same command "
        "goes on. To give up a single candidate, raise keras_tuner.errors.FailedTrialError"
    )
