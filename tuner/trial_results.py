"""What KerasTuner's trial holds as its result."""

from __future__ import annotations

import math

from keras_tuner.engine import trial as trial_module

_STATUS = trial_module.TrialStatus


def score(trial: trial_module.Trial, objective: str) -> None:
    """Score a completed trial; one that reported no finite value becomes invalid.

    Args:
        trial: The trial.
        objective: The name of what it is scored by.
    """
    values = [value for _, value in _observations(trial, objective)]
    if values and all(map(math.isfinite, values)):
        trial.score = trial.metrics.get_best_value(objective)
        trial.best_step = trial.metrics.get_best_step(objective)
    else:
        trial.status = _STATUS.INVALID
        trial.message = f"the trial reported {values or 'nothing'} as {objective}"


def has_result(trial: trial_module.Trial, objective: str, step: int) -> bool:
    """Tell whether a trial has reported already.

    Args:
        trial: The trial.
        objective: The name of what it reports.
        step: The step that it reports of.
    """
    return any(step == seen for seen, _ in _observations(trial, objective))


def forget(trial: trial_module.Trial) -> None:
    """Empty a trial that is trained again, or its old result would stand."""
    trial.metrics = type(trial.metrics)()
    trial.score = None
    trial.best_step = 0


def _observations(trial: trial_module.Trial, name: str) -> list[tuple[int, float]]:
    if not trial.metrics.exists(name):
        return []
    history = trial.metrics.get_history(name)
    return [(seen.step, value) for seen in history for value in seen.value]
