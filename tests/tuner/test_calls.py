"""A search tells a mistake in its call at once, charges no candidate, and goes on when mended."""

import keras
import keras_tuner
import numpy as np
import pytest
import tensorflow as tf

from memnas_tf.errors import ConfigError, DataError, SearchError
from memnas_tf.template import cifar_template
from tests.helpers.searches import make_tuner
from tuner import MemNASHyperModel, MemNASTuner, load_search

rng = np.random.default_rng(0)
X, Y = rng.normal(size=(16, 8, 8, 1)).astype("float32"), np.arange(16) % 3
TEMPLATE = cifar_template((8, 8, 1), classes=3, filters=2, blocks=1)


class Count(keras.callbacks.Callback):
    begun = 0

    def on_train_begin(self, logs=None):
        Count.begun += 1


def tuner_in(directory, **options):
    hypermodel = MemNASHyperModel(TEMPLATE, blocks=1)
    return MemNASTuner(hypermodel, 1, 2, directory=directory, project_name="search", **options)


def search(directory, x=X, y=Y, objective="val_accuracy", **fit):
    fit = {"validation_data": (X, Y), "epochs": 1, "shuffle": False, "verbose": 0, **fit}
    Count.begun = 0
    tuner = tuner_in(directory, objective=objective)
    tuner.search(x, y, callbacks=[Count()], **fit)
    return tuner


def test_labels_from_1_begin_no_training_and_the_mended_call_goes_on(tmp_path):
    with pytest.raises(DataError, match="run from 1 to 3"):
        search(tmp_path, y=Y + 1)
    assert Count.begun == 0
    assert load_search(tmp_path / "search").stop_reason is None
    tuner = search(tmp_path)
    assert [trial.status for trial in tuner.oracle.rounds[0].trials] == ["completed"] * 2
    with pytest.raises(SearchError, match=r"other arguments \(epochs: 1 there, 5 now\)"):
        search(tmp_path, epochs=5)
    with pytest.raises(SearchError, match=r"other arguments .*y: "):
        search(tmp_path, y=(Y + 1) % 3)
    assert load_search(tmp_path / "search").rounds == tuple(tuner.oracle.rounds)


def test_a_metric_that_is_not_there_ends_the_first_epoch(tmp_path):
    objective = keras_tuner.Objective("val_f1", direction="max")
    with pytest.raises(ConfigError, match="'val_f1', and training reports accuracy, loss, val_acc"):
        search(tmp_path, objective=objective, epochs=3)
    assert Count.begun == 1
    assert load_search(tmp_path / "search").rounds[0].trials[0].status == "running"


def test_answers_that_are_no_numbers_fail_a_trial_whose_training_went_well(tmp_path):
    """One step at a rate of 1e30: the loss was a number, the weights are too large for answers."""
    hypermodel = MemNASHyperModel(TEMPLATE, blocks=1, learning_rate=1e30)
    tuner = MemNASTuner(hypermodel, 1, 2, directory=tmp_path, project_name="search")
    fit = {"validation_data": (X, Y), "shuffle": False, "verbose": 0}
    with pytest.raises(SearchError, match=r"found nothing: all 2 trials .* val_loss is nan in ep"):
        tuner.search(X, Y, **fit)
    assert [trial.status for trial in tuner.oracle.rounds[0].trials] == ["failed"] * 2


def once(count):
    left = iter([(X[:8], Y[:8])] * count)
    specification = (tf.TensorSpec((None, 8, 8, 1)), tf.TensorSpec((None,), tf.int64))
    return tf.data.Dataset.from_generator(lambda: left, output_signature=specification)


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
@pytest.mark.parametrize(
    ("fit", "message"),
    [
        ({"x": once(2), "y": None, "epochs": 2}, "ended after 0 steps of epoch 2"),
        ({"x": once(3), "y": None, "epochs": 2, "steps_per_epoch": 2}, "after 1 of 2 steps"),
        ({"validation_data": once(1), "epochs": 2}, "no validation data left for epoch 2"),
    ],
)
def test_data_that_gives_out_ends_the_search(tmp_path, fit, message):
    with pytest.raises(DataError, match=message):
        search(tmp_path, **fit)
    assert Count.begun == 1


@pytest.mark.parametrize("hypermodel", [lambda hp: None, MemNASHyperModel, None])
def test_what_is_no_hypermodel_is_refused(tmp_path, hypermodel):
    with pytest.raises(ConfigError, match="give a MemNASHyperModel"):
        MemNASTuner(hypermodel, directory=tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_damaged_note_of_the_call_gives_way_to_the_call(tmp_path):
    make_tuner(tmp_path, max_rounds=1).search(verbose=0)
    note = tmp_path / "search" / "fit.json"
    note.write_text("[" * 100_000)
    make_tuner(tmp_path, max_rounds=1).search(verbose=0)
    with pytest.raises(SearchError, match="epochs: 1 there, 2 now"):
        make_tuner(tmp_path, max_rounds=1).search(verbose=0, epochs=2)
