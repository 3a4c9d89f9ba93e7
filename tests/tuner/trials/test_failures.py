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
from tuner import MemNASHyperModel, MemNASTuner, load_search
from tuner.call_errors import CallError
from tuner.trials.failures import describe_failure, is_same_failure, record_failure


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
        (
            tf.errors.InvalidArgumentError(None, None, "Graph execution error:\n\nbad shapes"),
            "InvalidArgumentError: bad shapes",
        ),
        (keras_tuner.errors.FailedTrialError("too large"), "FailedTrialError: too large"),
        (math.nan, "FloatingPointError: val_accuracy is nan at the trial's end"),
        ({"val_accuracy": math.inf}, "FloatingPointError: val_accuracy is inf at the trial's end"),
        (
            {"val_accuracy": 0.9, "val_loss": math.nan},
            "FloatingPointError: val_loss is nan at the trial's end",
        ),
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
        "all 5 trials of round 2 failed; the last: RuntimeError: candidate 0009 was made to fail "
        "(see trial_0009/error.txt)"
    )
    assert (tmp_path / "search" / "trial_0009" / "error.txt").exists()


class BrokenModel(MemNASHyperModel):
    """A user's hypermodel that cannot build some networks, and loses its numbers in others."""

    def build(self, hp):
        model = super().build(hp)
        if hp.get("genotype").count("mp"):
            raise keras_tuner.errors.FailedTrialError("too slow")
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
            assert message.startswith("FailedTrialError: too slow")
        elif "d3" in trial.genotype:
            assert message.startswith("FloatingPointError: loss is nan in epoch 1")
        else:
            assert trial.status == "completed"
            continue
        assert {path.name for path in folder.iterdir()} == {"error.txt", "trial.json"}
    assert {trial.status for trial in entry.trials} == {"completed", "failed"}


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (None, r"FatalTypeError: The return value of Tuner.run_trial\(\) is None"),
        ({"loss": 1.0}, "FatalValueError: Expected the returned dictionary"),
    ],
)
def test_a_fit_that_reports_nothing_ends_the_search_at_once(tmp_path, result, message):
    with pytest.raises(CallError, match=message):
        make_tuner(tmp_path, failing_with(result)).search(verbose=0)


class Weighing(FormulaTuner):
    """Fails all trials but those in `well`, in the same way."""

    well = ()
    begun = ()

    def run_trial(self, trial, *args, **kwargs):
        self.begun = (*self.begun, trial.trial_id)
        if trial.trial_id not in self.well:
            raise ValueError("labels are wrong")
        return super().run_trial(trial, *args, **kwargs)


def test_the_second_failure_of_the_same_kind_stops_the_search_which_loses_nothing(tmp_path):
    tuner = make_tuner(tmp_path, Weighing, max_rounds=1)
    with pytest.raises(SearchError, match=r"two trials in a row.*ValueError: labels are wrong"):
        tuner.search(verbose=0)
    assert tuner.begun == ("0000", "0001")
    mended = make_tuner(tmp_path, max_rounds=1)
    mended.search(verbose=0)
    assert [trial.status for trial in mended.oracle.rounds[0].trials] == ["completed"] * 5


def test_where_others_were_trained_the_two_failures_stand(tmp_path):
    class Mostly(Weighing):
        well = ("0000", "0002")

    tuner = make_tuner(tmp_path, Mostly, max_rounds=1)
    with pytest.raises(SearchError, match="two trials in a row"):
        tuner.search(verbose=0)
    assert tuner.begun == ("0000", "0001", "0002", "0003", "0004")
    states = [trial.status for trial in load_search(tmp_path / "search").rounds[0].trials]
    assert states == ["completed", "failed", "completed", "failed", "failed"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ValueError: a", "ValueError: a", True),
        ("ValueError: a", "ValueError: b", False),
        ("ValueError: a", "TypeError: a", False),
        ("FloatingPointError: loss is nan", "FloatingPointError: loss is nan", False),
        ("FailedTrialError: too large", "FailedTrialError: too large", False),
        (
            "InvalidArgumentError: a label value of 10 which. Label values: 1 10",
            "InvalidArgumentError: a label value of 11 which. Label values: 11 4",
            True,
        ),
    ],
)
def test_which_failures_are_the_same(one, other, same):
    messages = [f"{text} (see trial_{n}/error.txt)" for n, text in enumerate((one, other))]
    assert is_same_failure(*messages) is same


def test_failures_without_an_error_are_never_the_same():
    assert not is_same_failure(None, None)
    assert not is_same_failure("a worker was lost", "a worker was lost")


def test_the_telling_line_of_tensorflow_is_quoted():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        model.fit(np.zeros((2, 2)), np.array([0, 7]), shuffle=False, verbose=0)
    assert describe_failure(caught.value) == (
        "InvalidArgumentError: Received a label value of 7 which is outside the valid range of "
        "[0, 3).  Label values: 0 7"
    )
    with pytest.raises(ValueError) as caught:
        model.fit(np.zeros((2, 5)), np.zeros(2), verbose=0)
    assert describe_failure(caught.value).startswith("ValueError: Input 0")


def test_a_long_message_is_cut_and_the_file_is_not(tmp_path):
    line = record_failure(ValueError("x" * 5000 + "\nmore"), tmp_path)
    assert len(line) < 400
    assert "x" * 5000 + "\nmore" in (tmp_path / "error.txt").read_text()
