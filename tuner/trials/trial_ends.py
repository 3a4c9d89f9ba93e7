"""What an error in a trial means: the trial has failed, or the search ends here."""

from __future__ import annotations

import itertools
from pathlib import Path

import keras_tuner

from memnas_tf.errors import MemNASError
from memnas_tf.files import write_text
from tuner.call_errors import CallError
from tuner.trials.failures import describe_failure
from tuner.trials.machine_faults import Fault, MachineFault, OutOfMemory, describe, fault_of
from tuner.trials.trial_files import MEMORY_FILE

_begun = itertools.count()


def begin_trial() -> bool:
    """Count a trial that this process trains.

    Returns:
        Whether it is the first.
    """
    return next(_begun) == 0


def what_ends_the_search(
    error: Exception, trial_id: str, directory: Path, is_first: bool
) -> BaseException | None:
    """Tell whether an error in a trial ends the search.

    Where memory runs out the trial is tried again, once, in a process that has trained nothing
    else. If it runs out there too the network is too large for the machine.

    Args:
        error: What the trial ended with.
        trial_id: The trial.
        directory: Its directory, where memory that ran out is noted.
        is_first: Whether the trial is the first that this process trains.

    Returns:
        What to raise; None if the candidate has failed, and the search goes on.
    """
    if isinstance(error, keras_tuner.errors.FatalError):
        if isinstance(error, MemNASError):
            return error
        return CallError(f"trial {trial_id} ended the search: {describe_failure(error)}")
    fault = fault_of(error)
    if fault is None or isinstance(error, keras_tuner.errors.FailedTrialError):
        return None
    if fault is Fault.INTERRUPT:
        return KeyboardInterrupt()
    if fault is Fault.MACHINE:
        return MachineFault(
            f"the machine failed while trial {trial_id} was trained ({describe(error)}); mend it, "
            "and the same search goes on with this trial"
        )
    note = directory / MEMORY_FILE
    if is_first and note.exists():
        return None
    write_text(note, describe(error))
    return OutOfMemory(
        f"memory ran out while trial {trial_id} was trained ({describe(error)}); the same search, "
        "in a new process, tries this trial once more and goes on"
    )
