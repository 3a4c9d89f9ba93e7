"""Whatever a candidate does, the search goes on, and a person finds out why it failed."""

import math

import keras
import keras_tuner
import numpy as np
import pytest
import tensorflow as tf

from memnas_tf.errors import SearchError
from memnas_tf.template import cifar_template
from tests.helpers.searches import FormulaTuner, make_tuner
from tuner import MemNASHyperModel, MemNASTuner
from tuner.trials.failures import record_failure


def failing_with(error):
    class Failing(FormulaTuner):
        def run_trial(self, trial, *args, **kwargs):
            if trial.trial_id == "0001":
                if isinstance(error, Exception):
                    raise error
                return error
            return super().run_trial(trial, *args, **kwargs)

    return Failing


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (RuntimeError("the user's mistake"), "RuntimeError: the user's mistake"),
        (MemoryError(), "MemoryError: "),
        (
            tf.errors.ResourceExhaustedError(None, None, "OOM when allocating a tensor"),
            "ResourceExhaustedError: OOM when allocating a tensor",
        ),
        (keras_tuner.errors.FatalTypeError("no model"), "FatalTypeError: no model"),
        (keras_tuner.errors.FailedTrialError("too large"), "FailedTrialError: too large"),
        (None, "FatalTypeError: The return value of Tuner.run_trial() is None."),
        ({"loss": 1.0}, "FatalValueError: Expected the returned dictionary"),
        (math.nan, "FloatingPointError: val_accuracy is nan at the trial's end"),
        ({"val_accuracy": math.inf}, "FloatingPointError: val_accuracy is inf at the trial's end"),
    ],
)
def test_a_candidate_that_fails_does_not_end_the_search(tmp_path, error, message):
    tuner = make_tuner(tmp_path, failing_with(error), max_rounds=2)
    tuner.search(verbose=0)
    statuses = [trial.status for entry in tuner.oracle.rounds for trial in entry.trials]
    assert statuses == ["completed", "failed"] + 8 * ["completed"]
    recorded = tuner.oracle.trials["0001"].message
    assert recorded.startswith(message)
    assert recorded.endswith("(see trial_0001/error.txt)")
    assert "\n" not in recorded
    text = (tmp_path / "search" / "trial_0001" / "error.txt").read_text()
    assert text.startswith("Traceback")
    assert message.split(":")[0] in text.splitlines()[-1] or message.split(":")[0] in text


def test_four_failures_in_a_row_do_not_end_the_search_by_default(tmp_path):
    """KerasTuner's own limit of three does not hold."""

    class Failing(FormulaTuner):
        fails = staticmethod(lambda trial: int(trial.trial_id) < 4)

    tuner = make_tuner(tmp_path, Failing, max_rounds=2)
    tuner.search(verbose=0)
    assert tuner.oracle.stop_reason == "reached max_rounds (2)"


def test_a_round_of_failures_names_the_last_reason_and_its_file(tmp_path):
    class Failing(FormulaTuner):
        fails = staticmethod(lambda trial: int(trial.trial_id) >= 5)

    tuner = make_tuner(tmp_path, Failing)
    tuner.search(verbose=0)
    assert tuner.oracle.stop_reason == (
        "all 5 trials of round 2 failed; the last: RuntimeError: this candidate was made to fail "
        "(see trial_0009/error.txt)"
    )
    assert (tmp_path / "search" / "trial_0009" / "error.txt").exists()


class BrokenModel(MemNASHyperModel):
    """A user's hypermodel that cannot build some networks, and loses its numbers in others."""

    def build(self, hp):
        model = super().build(hp)
        if hp.get("genotype").count("mp"):
            return None
        if hp.get("genotype").count("d3"):
            loss = lambda y, p: keras.ops.sum(p) * math.nan  # noqa: E731
            model.compile("sgd", loss, metrics=["accuracy"])
            model.optimizer.build(model.trainable_variables)
        return model


def test_a_model_that_cannot_be_built_and_a_loss_that_is_no_number(tmp_path):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(16, 8, 8, 1)).astype("float32"), rng.integers(0, 3, 16)
    tuner = MemNASTuner(
        BrokenModel(cifar_template((8, 8, 1), 3, 4, blocks=1), blocks=1, max_cells=1),
        max_rounds=1,
        trials_per_round=5,
        seed=3,
        directory=tmp_path,
        project_name="search",
    )
    try:
        tuner.search(x, y, validation_data=(x, y), epochs=2, shuffle=False, verbose=0)
    except SearchError:
        pytest.fail("the seed drew no network that works")
    (entry,) = tuner.oracle.rounds
    for trial in entry.trials:
        message = tuner.oracle.trials[trial.trial_id].message
        folder = tmp_path / "search" / f"trial_{trial.trial_id}"
        if "mp" in trial.genotype:
            assert message.startswith("FatalTypeError: Expected the model-building function")
        elif "d3" in trial.genotype:
            assert message.startswith("FloatingPointError: loss is nan in epoch 1")
        else:
            assert trial.status == "completed"
            continue
        assert {path.name for path in folder.iterdir()} == {"error.txt", "trial.json"}
    assert {trial.status for trial in entry.trials} == {"completed", "failed"}


def test_a_long_message_is_cut_and_the_file_is_not(tmp_path):
    line = record_failure(ValueError("x" * 5000 + "\nmore"), tmp_path)
    assert len(line) < 400
    assert "x" * 5000 + "\nmore" in (tmp_path / "error.txt").read_text()
