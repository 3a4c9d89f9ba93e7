"""Candidates that start from the weights of their round's base."""

import keras
import keras_tuner
import numpy as np
import pytest

from memnas_tf.documents import write_document
from memnas_tf.errors import ConfigError, SearchError
from memnas_tf.genotype import from_string
from memnas_tf.layers import build_network
from memnas_tf.template import cifar_template
from memnas_tf.training.compiling import compile_network
from memnas_tf.training.record import load_record
from tests.helpers.documents import content_of
from tests.helpers.tiny_search import STEPS, fit_arguments, make_tuner
from tuner import MemNASHyperModel, MemNASTuner, SearchListener, load_search

EPOCHS, INHERIT_EPOCHS = 3, 2


class Heard(SearchListener):
    """Keep every epoch's metrics; stop the process's search after so many steps of a trial."""

    def __init__(self, stop_in=None, steps=0):
        self.epochs = {}
        self._stop_in = stop_in
        self._steps = steps
        self._current = None

    def on_trial_begin(self, history, trial):
        self._current = trial.trial_id

    def on_step_end(self):
        if self._stop_in is not None and self._current == self._stop_in:
            self._steps -= 1
            if self._steps < 0:
                raise KeyboardInterrupt

    def on_epoch_end(self, trial, epoch, logs):
        self.epochs.setdefault(trial.trial_id, []).append((epoch, dict(logs)))


def search(directory, rounds=2, listener=None, inherit_epochs=INHERIT_EPOCHS, **kwargs):
    """Search with two trials a round, and return the tuner."""
    listener = listener or Heard()
    arguments = {"listener": listener, "inherit_epochs": inherit_epochs, **kwargs}
    tuner = make_tuner(directory, rounds, 2, EPOCHS, **arguments)
    tuner.search(**fit_arguments(EPOCHS))
    return tuner


def trials(tuner):
    return [trial for entry in tuner.oracle.rounds for trial in entry.trials]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    directory = tmp_path_factory.mktemp("whole")
    listener = Heard()
    tuner = search(directory, rounds=3, listener=listener, keep_checkpoints=None)
    return directory / "search", tuner, listener.epochs


def test_the_first_round_trains_from_scratch_and_the_others_for_fewer_epochs(whole):
    _, tuner, epochs = whole
    counts = {trial.trial_id: len(epochs[trial.trial_id]) for trial in trials(tuner)}
    assert list(counts.values()) == [EPOCHS] * 2 + [INHERIT_EPOCHS] * 4


def test_a_record_counts_the_epochs_of_all_bases(whole):
    directory, tuner, _ = whole
    cumulative = EPOCHS
    for entry in tuner.oracle.rounds:
        base = tuner.oracle.rounds[entry.number - 2].winning_trial if entry.number > 1 else None
        for trial in entry.trials:
            record = load_record(directory / f"trial_{trial.trial_id}" / "training.json")
            assert record.base == (base.trial_id if base else None) == trial.base_trial
            assert record.cumulative_epochs == cumulative
        cumulative += INHERIT_EPOCHS


def test_candidates_start_from_their_base_s_weights(whole, monkeypatch):
    """What a candidate of the second round starts with is its base's best, not its own draw."""
    directory, tuner, _ = whole
    trial = tuner.oracle.trials[trials(tuner)[2].trial_id]
    base = tuner._base_of(trial)
    base_model = tuner.load_model(tuner.oracle.trials[base.trial_id])
    started = []

    def stopped(hp, model, *args, **kwargs):
        started.append((model, kwargs["epochs"]))
        raise KeyboardInterrupt

    monkeypatch.setattr(tuner.hypermodel, "fit", stopped)
    (directory / f"trial_{trial.trial_id}" / "progress.npz").unlink(missing_ok=True)
    with pytest.raises(KeyboardInterrupt):
        tuner.run_trial(trial, **fit_arguments(EPOCHS))
    model, epochs = started[0]
    assert epochs == INHERIT_EPOCHS
    cells = (m.get_layer("block_1").get_layer("cell_1") for m in (model, base_model))
    for value, expected in zip(*(cell.get_weights() for cell in cells), strict=True):
        np.testing.assert_array_equal(value, expected)
    # The learning rate reaches zero when the shorter training ends.
    rate = model.optimizer._learning_rate
    assert float(rate(0)) == pytest.approx(0.05)
    assert float(rate(STEPS * INHERIT_EPOCHS - 1)) < 0.005


def test_an_interrupted_search_goes_on_to_the_bit(whole, tmp_path):
    _, _, epochs = whole
    first, second = Heard("0003", steps=STEPS + 1), Heard()
    with pytest.raises(KeyboardInterrupt):
        search(tmp_path, listener=first, keep_checkpoints=1)
    search(tmp_path, listener=second, keep_checkpoints=1)
    assert [len(first.epochs["0003"]), len(second.epochs["0003"])] == [1, 1]
    both = {**first.epochs, "0003": first.epochs["0003"] + second.epochs["0003"]}
    assert both == {key: epochs[key] for key in both}


def test_without_the_base_s_weights_a_candidate_starts_from_scratch(tmp_path, caplog):
    """Even one that was begun from them, on another machine or before they were deleted."""
    with pytest.raises(KeyboardInterrupt):
        search(tmp_path, listener=Heard("0002", steps=STEPS + 1))
    for path in (tmp_path / "search").glob("*/*.h5"):
        path.unlink()
    listener = Heard("0003", steps=0)
    with pytest.raises(KeyboardInterrupt):
        search(tmp_path, listener=listener)
    assert "trial 0002 starts from scratch" in caplog.text
    assert "checkpoint.weights.h5'" in caplog.text
    assert [epoch for epoch, _ in listener.epochs["0002"]] == list(range(EPOCHS))
    record = load_record(tmp_path / "search" / "trial_0002" / "training.json")
    assert (record.base, record.cumulative_epochs) == (None, EPOCHS)


def test_a_search_is_resumed_with_the_same_option_alone(whole):
    directory, _, _ = whole
    with pytest.raises(SearchError, match="inherit_epochs: 2 there, None now"):
        make_tuner(directory.parent, 3, 2, EPOCHS)


@pytest.mark.parametrize("epochs", [0, -1, True, 1.5])
def test_a_number_of_epochs_that_is_none_is_refused(tmp_path, epochs):
    with pytest.raises(ConfigError, match="inherit_epochs is"):
        make_tuner(tmp_path / "new", 1, 1, EPOCHS, inherit_epochs=epochs)
    assert not (tmp_path / "new").exists()


def test_a_base_that_leaves_the_search_s_directory_is_refused(whole, tmp_path):
    directory, _, _ = whole
    content = content_of(directory / "oracle.json")
    content["memnas"]["rounds"][1]["trials"][0]["base_trial"] = "../other"
    write_document(tmp_path / "oracle.json", content)
    with pytest.raises(SearchError, match="it must be a trial's id"):
        load_search(tmp_path)


class Widths(MemNASHyperModel):
    """Asks for the width of its network, and for a rate, whatever the template says."""

    def build(self, hp):
        width = hp.Choice("width", [4, 6])
        rate = hp.Float("rate", 0.01, 0.1)
        template = cifar_template((8, 8, 1), classes=3, filters=width, blocks=1)
        model = build_network(from_string(hp.get("genotype")), template)
        compile_network(model, rate, self.total_steps)
        return model


def test_a_network_whose_shape_hyperparameters_change_starts_from_scratch(tmp_path):
    listener = Heard()
    template = cifar_template((8, 8, 1), classes=3, filters=4, blocks=1)
    tuner = MemNASTuner(
        Widths(template, blocks=1, max_cells=3, total_steps=STEPS * EPOCHS),
        max_rounds=2,
        trials_per_round=3,
        inherit_epochs=INHERIT_EPOCHS,
        listener=listener,
        directory=tmp_path,
        project_name="widths",
    )
    tuner.search(**fit_arguments(EPOCHS))
    base = tuner.oracle.rounds[0].winning_trial.hyperparameters
    for trial in tuner.oracle.rounds[1].trials:
        assert trial.status == "completed"
        fits = trial.hyperparameters["width"] == base["width"] == 4  # the template's
        assert len(listener.epochs[trial.trial_id]) == (INHERIT_EPOCHS if fits else EPOCHS)
    assert {trial.hyperparameters["width"] for trial in trials(tuner)} == {4, 6}


def test_the_highest_rate_stays_where_it_falls_over_fewer_steps():
    hypermodel = Widths(cifar_template((8, 8, 1), 3, 4, 1), blocks=1, total_steps=100)
    hp = keras_tuner.HyperParameters()
    hp.Fixed("genotype", "0c3+0mp=")
    hp.Fixed("rate", 0.07)
    model = hypermodel.build(hp)
    hypermodel.shorten(model, 0.5)
    assert model.optimizer.learning_rate.numpy() == pytest.approx(0.07)
    model.compile(keras.optimizers.SGD(0.03))
    hypermodel.shorten(model, 0.5)
    assert model.optimizer.learning_rate.numpy() == pytest.approx(0.03)
