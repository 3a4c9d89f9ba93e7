"""What KerasTuner's trial holds as its result."""

import math

import keras_tuner
import pytest
from keras_tuner.engine.trial import Trial, TrialStatus

from tuner import trial_results


def trial_of(*values):
    trial = Trial(keras_tuner.HyperParameters(), trial_id="0", status=TrialStatus.COMPLETED)
    if values:
        trial.metrics.register("val_accuracy", "max")
    for step, value in enumerate(values):
        trial.metrics.update("val_accuracy", value, step=step)
    return trial


def test_the_best_value_scores_a_trial():
    trial = trial_of(0.3, 0.8, 0.5)
    trial_results.score(trial, "val_accuracy")
    assert (trial.score, trial.best_step, trial.status) == (0.8, 1, TrialStatus.COMPLETED)


@pytest.mark.parametrize("values", [(), (0.3, math.nan), (math.inf,)])
def test_a_trial_without_a_finite_value_is_invalid(values):
    trial = trial_of(*values)
    trial_results.score(trial, "val_accuracy")
    assert trial.status == TrialStatus.INVALID
    assert "val_accuracy" in trial.message and trial.score is None


def test_a_trial_has_the_results_that_it_reported():
    trial = trial_of(0.3, 0.8)
    seen = [trial_results.has_result(trial, "val_accuracy", step) for step in range(3)]
    assert seen == [True, True, False]
    assert not trial_results.has_result(trial, "val_loss", 0)


def test_what_is_forgotten_can_be_reported_again():
    trial = trial_of(0.9)
    trial_results.score(trial, "val_accuracy")
    trial_results.forget(trial)
    assert trial.score is None
    assert not trial_results.has_result(trial, "val_accuracy", 0)
