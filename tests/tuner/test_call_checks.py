"""Mistakes in a call of `search` are found before the first training, in one sentence."""

import math
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from memnas_tf.errors import ConfigError, DataError
from tuner.call_checks import check_call

rng = np.random.default_rng(0)
X, Y = rng.normal(size=(40, 8, 8, 1)).astype("float32"), np.arange(40) % 3
VALIDATION = (X[:16], Y[:16])


def network(loss="sparse_categorical_crossentropy"):
    layers = [keras.layers.Flatten(), keras.layers.Dense(3, "softmax")]
    model = keras.Sequential([keras.Input((8, 8, 1)), *layers])
    model.compile("sgd", loss)
    return model


MODEL = network()


def check(x=X, y=Y, model=MODEL, measured="val_accuracy", **fit):
    fit = {"validation_data": VALIDATION, **fit}
    check_call(model, (measured,), (x,) if y is None else (x, y), fit)


class Batches(keras.utils.PyDataset):
    def __init__(self, labels=Y, count=3):
        super().__init__()
        self._labels, self._count = labels, count

    def __len__(self):
        return self._count

    def __getitem__(self, index):
        part = slice(8 * index, 8 * index + 8)
        return X[part], self._labels[part]


def dataset(labels=Y, images=X):
    return tf.data.Dataset.from_tensor_slices((images, labels)).batch(8)


def generator():
    while True:
        yield X, Y


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"y": Y[:, None].astype("float64")},
        {"x": X[..., 0]},
        {"x": (X * 255).astype("uint8")},
        {"x": tf.constant(X), "y": tf.constant(Y)},
        {"x": dataset(), "y": None, "validation_data": dataset()},
        {"x": dataset().repeat(), "y": None, "steps_per_epoch": 7},
        {"x": dataset(), "y": None, "steps_per_epoch": 5, "epochs": 4},
        {"x": Batches(), "y": None, "validation_data": Batches()},
        {"validation_data": None, "validation_split": 0.5},
        {"validation_data": (*VALIDATION, np.ones(16))},
        {"sample_weight": np.ones(40), "epochs": np.int64(3), "batch_size": 16},
        {"class_weight": {0: 1, 2: 0.5}},
        {"validation_data": None, "measured": "accuracy"},
        {"validation_freq": 2, "epochs": 2},
        {
            "model": network(keras.losses.SparseCategoricalCrossentropy(ignore_class=-1)),
            "y": np.where(Y == 0, -1, Y),
        },
        {
            "model": network("categorical_crossentropy"),
            "y": np.eye(3)[Y],
            "validation_data": (X, np.eye(3)[Y]),
        },
        {"model": network("mean_squared_error"), "y": rng.normal(size=(40, 3))},
    ],
    ids=lambda arguments: ", ".join(arguments) or "arrays",
)
def test_what_training_can_use_passes(arguments):
    check(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y": Y + 1}, r"labels of x run from 1 to 3, .* 3 classes .* from 0 to 2; subtract 1"),
        ({"y": Y - 1}, r"labels of x run from -1 to 1"),
        ({"y": Y + 7}, r"labels of x run from 7 to 9, .* give the class"),
        ({"y": np.eye(3)[Y]}, r"one-hot, it seems: labels\.argmax\(axis=1\) gives"),
        ({"y": Y / 3}, r"hold 0\.333333, which is no class number"),
        ({"y": Y.astype(str)}, r"are <U\d+, no numbers"),
        ({"y": np.where(Y == 0, math.nan, Y)}, r"no finite numbers"),
        ({"y": Y[:, None, None]}, r"have the shape \(None, 1, 1\), and should be class numbers"),
        ({"y": Y[:39]}, r"x has 40 images and 39 labels"),
        ({"y": None}, r"x comes without labels"),
        ({"x": X[:0], "y": Y[:0]}, r"x is empty"),
        ({"x": None, "y": None}, r"x is missing"),
        ({"x": X[:, :7]}, r"shape \(n, 7, 8, 1\), and the network takes \(n, 8, 8, 1\)"),
        ({"x": np.repeat(X, 3, -1)}, r"shape \(n, 8, 8, 3\)"),
        ({"x": X.astype(str)}, r"x holds <U\d+ where numbers"),
        ({"x": np.where(X > 2, math.nan, X)}, r"x holds values that are no finite numbers"),
        ({"x": np.where(X > 2, math.inf, X)}, r"x holds values that are no finite numbers"),
        ({"sample_weight": np.ones(39)}, r"x has 40 images and 39 weights"),
        ({"sample_weight": np.full(40, math.nan)}, r"weights of the images of x are no finite"),
        ({"validation_data": (X, Y + 1)}, r"labels of validation_data run from 1 to 3"),
        ({"validation_data": (X[:0], Y[:0])}, r"validation_data is empty"),
        ({"validation_data": (X,)}, r"validation_data has 1 parts"),
        ({"validation_data": X}, r"validation_data comes without labels"),
        ({"validation_data": (X[:, :4], Y)}, r"validation_data has the shape \(n, 4, 8, 1\)"),
        ({"x": dataset(Y + 1), "y": None}, r"labels of x run from 1"),
        ({"x": dataset(np.eye(3)[Y]), "y": None}, r"one-hot"),
        ({"x": dataset(images=X[:, :7]), "y": None}, r"shape \(n, 7, 8, 1\)"),
        ({"x": dataset().unbatch(), "y": None}, r"is it in batches\?"),
        ({"x": dataset().take(0), "y": None}, r"x is empty"),
        ({"x": dataset().filter(lambda *_: False), "y": None}, r"x is empty"),
        ({"x": dataset().map(lambda x, y: x), "y": None}, r"x comes without labels"),
        ({"validation_data": dataset(Y + 1)}, r"labels of validation_data run from 1"),
        ({"x": Batches(Y + 1), "y": None}, r"labels of x run from 1"),
        ({"x": Batches(count=0), "y": None}, r"x is empty"),
        ({"x": generator(), "y": None}, r"x is a generator, and what one trial reads"),
        ({"x": iter(dataset()), "y": None}, r"x is a OwnedIterator"),
        ({"validation_data": generator()}, r"validation_data is a generator"),
        ({"x": dataset(), "y": None, "steps_per_epoch": 3, "epochs": 2}, r"x has 5 batches and"),
        ({"steps_per_epoch": 3, "batch_size": 10, "epochs": 2}, r"x has 4 batches and"),
        ({"validation_data": dataset(), "validation_steps": 6}, r"validation_steps is 6"),
        (
            {"model": network("categorical_crossentropy"), "validation_data": None},
            r"the loss takes one-hot labels of 3 classes",
        ),
    ],
)
def test_data_that_training_cannot_use_is_refused(arguments, message):
    measured = "val_accuracy" if arguments.get("validation_data", X) is not None else "accuracy"
    with pytest.raises(DataError, match=message):
        check(measured=measured, **arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"epochs": 0}, r"epochs is 0; it must be a whole number, at least 1"),
        ({"epochs": 2.5}, r"epochs is 2\.5"),
        ({"epochs": True}, r"epochs is True"),
        ({"batch_size": 0}, r"batch_size is 0"),
        ({"steps_per_epoch": -1}, r"steps_per_epoch is -1"),
        ({"validation_steps": 0}, r"validation_steps is 0"),
        ({"initial_epoch": 1}, r"initial_epoch is 1 of 1 epochs"),
        ({"epoch": 3}, r"what `fit` does not take: .*'epoch'"),
        ({"validation_data": None}, r"objective is 'val_accuracy', and there is no validation"),
        ({"validation_data": None, "validation_split": 1.0}, r"validation_split is 1\.0"),
        ({"validation_data": None, "validation_split": 0.99}, r"leaves 0 to train on"),
        (
            {"validation_data": None, "validation_split": 0.2, "x": dataset(), "y": None},
            r"only arrays can be split",
        ),
        ({"validation_freq": 3, "epochs": 2}, r"validation_freq is 3 and there are 2 epochs"),
        ({"class_weight": {3: 1.0}}, r"class_weight has the class 3; .* from 0 to 2"),
        ({"class_weight": {"cat": 1.0}}, r"class_weight has the class 'cat'"),
        ({"class_weight": {0: -1}}, r"class_weight of class 0 is -1"),
        ({"class_weight": [1, 1, 1]}, r"class_weight is \[1, 1, 1\]; it must be a dictionary"),
    ],
)
def test_arguments_that_training_cannot_use_are_refused(arguments, message):
    with pytest.raises(ConfigError, match=message):
        check(**arguments)


def test_a_look_takes_nothing_away_from_a_dataset_of_python_s():
    left = iter([(X[:8], Y[:8])] * 3)
    specification = (tf.TensorSpec((None, 8, 8, 1)), tf.TensorSpec((None,), tf.int64))
    once = tf.data.Dataset.from_generator(lambda: left, output_signature=specification)
    check(once.prefetch(1), None)
    assert len(list(left)) == 3


def test_data_in_a_form_that_is_not_known_is_let_pass():
    check(SimpleNamespace(dataset="of another library"), None)
