"""Trials from a search's directory, where a kill or a damaged disk may have left any mixture.

The oracle's file decides what became of a trial. The trial's own file adds details, and what can
be had without it is made again.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

import keras_tuner
from keras_tuner.engine import trial as trial_module

from memnas_tf.errors import DocumentError, MissingDocumentError
from tuner.history import ORACLE_FILE
from tuner.hyperparameters import values_to_train
from tuner.objective import SearchObjective
from tuner.search.rounds import COMPLETED, FAILED, PAUSED, STOPPED, PlannedTrial, Round
from tuner.trials.trial_files import trial_directory
from tuner.trials.trial_format import TRIAL_FILE, load_trial

_LOGGER = logging.getLogger(__name__)
_STATUS = trial_module.TrialStatus
_DAMAGED = ".damaged"
# As KerasTuner has it: that of a trial which is neither says nothing that counts.
_EXPECTED = {
    PAUSED: _STATUS.IDLE,
    COMPLETED: _STATUS.COMPLETED,
    STOPPED: _STATUS.COMPLETED,
    FAILED: _STATUS.FAILED,
}


def read_trial(
    project: Path,
    entry: Round,
    planned: PlannedTrial,
    space: keras_tuner.HyperParameters,
    objective: SearchObjective,
) -> trial_module.Trial | None:
    """Read a trial, or make it again from what its round says of it.

    Args:
        project: The search's directory.
        entry: Its round.
        planned: What the round says of it.
        space: The search space.
        objective: What the search aims at.

    Returns:
        The trial; None of one that is not over and was never saved.
    """
    directory = trial_directory(project, str(planned.trial_id))
    trial = None
    try:
        trial = load_trial(directory / TRIAL_FILE, str(planned.trial_id))
    except MissingDocumentError:
        if planned.status not in _EXPECTED:
            return None
    except DocumentError as error:
        _LOGGER.warning("%s; making it again", error)
    expected = _EXPECTED.get(planned.status)
    if trial is None or (expected is not None and trial.status != expected):
        trial = _remade(entry, planned, space, objective)
    return trial


def set_aside_damaged(project: Path, read: Path) -> None:
    """Move an oracle's file that cannot be read out of the way of its own copy.

    The next write would keep it as what was there before.

    Args:
        project: The search's directory.
        read: The file that could be read.
    """
    path = project / ORACLE_FILE
    if read != path and os.path.lexists(path):
        os.replace(path, path.with_name(path.name + _DAMAGED))


def _remade(
    entry: Round,
    planned: PlannedTrial,
    space: keras_tuner.HyperParameters,
    objective: SearchObjective,
) -> trial_module.Trial:
    hyperparameters = space.copy()
    hyperparameters.values = values_to_train(space, entry, planned)
    trial = trial_module.Trial(hyperparameters, trial_id=planned.trial_id)
    trial.status = _EXPECTED.get(planned.status, trial.status)
    if planned.status in (COMPLETED, PAUSED, STOPPED) and planned.quality is not None:
        trial.score = objective.score(planned.quality)
        trial.metrics.register(objective.name, objective.direction)
        trial.metrics.update(objective.name, trial.score)
    return trial
