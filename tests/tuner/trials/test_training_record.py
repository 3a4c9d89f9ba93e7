"""What a trial leaves behind of its training is the same whether it was cut off or not."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from memnas_tf.training.record import Confusion, LearningCurve, TrainingRecord, load_record
from tests.helpers.documents import alter
from tests.helpers.leftovers import leave_half
from tests.helpers.tiny_search import fit_arguments, make_tuner
from tuner import MemNASHyperModel, SearchListener
from tuner.objective import SearchObjective
from tuner.trials.confusion import confusion_counts

EPOCHS = 3


class Cut(SearchListener):
    def __init__(self, steps):
        self.steps = steps

    def on_step_end(self):
        self.steps -= 1
        if self.steps < 0:
            raise KeyboardInterrupt


def search(directory, steps=None, **kwargs):
    """Run a search of one trial, or of as much as `steps` allow."""
    listener = Cut(10**9 if steps is None else steps)
    tuner = make_tuner(directory, 1, 1, EPOCHS, listener=listener, **kwargs)
    if steps is None:
        tuner.search(**fit_arguments(EPOCHS))
    else:
        with pytest.raises(KeyboardInterrupt):
            tuner.search(**fit_arguments(EPOCHS))
    return tuner


def record_of(directory):
    return load_record(directory / "search" / "trial_0000" / "training.json")


def without_times(record):
    return [(curve.epochs, curve.metrics) for curve in record.executions], record.confusion


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    directory = tmp_path_factory.mktemp("whole")
    return search(directory), record_of(directory)


def test_a_trial_leaves_its_curve_and_its_mistakes(whole):
    tuner, record = whole
    (curve,) = record.executions
    assert curve.epochs == [0, 1, 2]
    assert set(curve.metrics) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert all(seconds > 0 for seconds in curve.seconds)
    best = tuner.oracle.trials["0000"]
    assert max(curve.metrics["val_accuracy"]) == best.score
    # The weights of the best epoch, so the diagonal is the trial's own accuracy.
    counts = np.array(record.confusion.counts)
    assert counts.sum() == 50
    assert counts.trace() / 50 == pytest.approx(best.score)
    assert curve.metrics["val_accuracy"][record.confusion.epoch] == best.score


def test_a_trial_that_was_cut_off_leaves_the_same(whole, tmp_path):
    search(tmp_path, 8)
    assert record_of(tmp_path).epochs == 2
    assert record_of(tmp_path).confusion is None
    left = leave_half(tmp_path / "search" / "trial_0000", ".json")
    search(tmp_path)
    assert without_times(record_of(tmp_path)) == without_times(whole[1])
    assert not left.exists()


def test_an_epoch_beyond_the_progress_is_not_recorded_twice(whole, tmp_path, monkeypatch):
    """The kill came after the record was written and before the progress was."""
    with monkeypatch.context() as patch:
        patch.setattr("memnas_tf.training.progress.TrainingProgress.save", _killed)
        with pytest.raises(KeyboardInterrupt):
            search(tmp_path)
    assert record_of(tmp_path).epochs == 1
    search(tmp_path)
    assert without_times(record_of(tmp_path)) == without_times(whole[1])


def test_executions_are_recorded_one_after_another(tmp_path):
    tuner = search(tmp_path, executions_per_trial=2)
    record = record_of(tmp_path)
    assert [curve.epochs for curve in record.executions] == [[0, 1, 2]] * 2
    values = [value for curve in record.executions for value in curve.metrics["val_accuracy"]]
    counts = np.array(record.confusion.counts)
    assert counts.trace() / 50 == pytest.approx(max(values))
    assert tuner.oracle.trials["0000"].status == "COMPLETED"


def test_a_fit_of_ones_own_leaves_no_record(tmp_path):
    class Own(MemNASHyperModel):
        def fit(self, hp, model, *args, **kwargs):
            return super().fit(hp, model, *args, **kwargs)

    tuner = make_tuner(tmp_path, 1, 1, 1)
    tuner.hypermodel.__class__ = Own
    tuner.search(**fit_arguments(1))
    assert record_of(tmp_path) is None
    assert tuner.oracle.trials["0000"].status == "COMPLETED"


def test_the_best_epoch_is_the_first_of_the_best():
    first, second = LearningCurve(), LearningCurve()
    for epoch, value in enumerate((0.1, 0.5, 0.5)):
        first.add(epoch, 1.0, {"val_accuracy": value})
    second.add(0, 1.0, {"val_accuracy": float("nan")})
    record = TrainingRecord([first, second])
    objective = SearchObjective()
    assert record.best_epoch(objective.quality_of) == (0, 1)
    assert record.best_epoch(SearchObjective(direction="min").quality_of) == (0, 0)
    assert record.best_epoch(SearchObjective("other").quality_of) == (1, 0)
    assert TrainingRecord().best_epoch(objective.quality_of) is None


def test_the_epochs_behind_the_weights_are_those_of_one_execution_and_of_the_bases(tmp_path):
    path = tmp_path / "training.json"
    curves = [LearningCurve([0, 1], [1.0, 1.0]), LearningCurve([0], [1.0])]
    TrainingRecord(curves, base="0003", inherited_epochs=7).save(path)
    record = load_record(path)
    assert (record.base, record.epochs, record.cumulative_epochs) == ("0003", 3, 9)
    assert TrainingRecord().cumulative_epochs == 0


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 1},
        {"inherited_epochs": "many"},
        {"inherited_epochs": None},
        {"inherited_epochs": -1},
        {"executions": [{"epochs": [0], "seconds": [], "metrics": {}}]},
        {"executions": 3},
        {"confusion": {"execution": 0, "epoch": 0, "counts": [[1, 2], [3]]}},
        {"confusion": {"execution": 0, "epoch": 0, "counts": [[1, "<b>"], [3, 4]]}},
    ],
)
def test_a_stranger_s_file_is_no_record(tmp_path, change):
    path = tmp_path / "training.json"
    TrainingRecord([], Confusion(0, 0, [[1, 2], [3, 4]])).save(path)
    assert load_record(path).confusion.counts == [[1, 2], [3, 4]]
    alter(path, lambda content: content.update(change))
    assert load_record(path) is None


class Thirds:
    """A classifier that takes an image for the class that its only pixel says."""

    output_shape = (None, 3)

    @staticmethod
    def predict(x, verbose, steps=None):
        batches = [x] if hasattr(x, "shape") else [batch[0] for batch in x]
        return np.concatenate([np.eye(3)[np.asarray(images).reshape(-1)] for images in batches])


TAKEN_FOR, TRUE = [0, 1, 1, 2, 0], [0, 1, 2, 2, 2]
COUNTS = [[1, 0, 0], [0, 1, 0], [1, 1, 1]]


@pytest.mark.parametrize("labels", [TRUE, np.array(TRUE)[:, None], np.eye(3)[TRUE]])
def test_mistakes_are_counted_in_all_forms_of_labels(labels):
    images, labels = np.array(TAKEN_FOR), np.array(labels)
    assert confusion_counts(Thirds, (images, labels)) == COUNTS
    batches = tf.data.Dataset.from_tensor_slices((images, labels)).batch(2)
    assert confusion_counts(Thirds, batches) == COUNTS


@pytest.mark.parametrize(
    "data",
    [
        (np.array(TAKEN_FOR), np.array([0, 1, 2, 2, 3])),
        (np.array(TAKEN_FOR), np.array(["a", "b", "c", "c", "c"])),
        (np.array(TAKEN_FOR), {"head": np.array(TRUE)}),
        tf.data.Dataset.from_tensor_slices((TAKEN_FOR, TRUE)).batch(2).repeat(),
        tf.data.Dataset.from_tensor_slices(TAKEN_FOR).batch(2),
        object(),
    ],
)
def test_labels_that_cannot_be_read_give_none(data):
    assert confusion_counts(Thirds, data) is None


def test_a_real_network_and_batches_of_unequal_size():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="softmax")])
    rng = np.random.default_rng(0)
    images, labels = rng.normal(size=(10, 2)).astype("float32"), rng.integers(0, 3, 10)
    expected = np.zeros((3, 3), int)
    np.add.at(expected, (labels, np.argmax(model(images), axis=1)), 1)
    batches = tf.data.Dataset.from_tensor_slices((images, labels)).batch(4)
    assert confusion_counts(model, batches) == expected.tolist()


def _killed(*args):
    raise KeyboardInterrupt
