import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from memnas_tf.operations import OPERATIONS
from memnas_tf.primitives import Conv
from tuner.distributed.facts import (
    describe,
    fit_facts,
    object_facts,
    operation_facts,
    version_facts,
)

IMAGES = np.arange(2 * 4 * 4, dtype="uint8").reshape(2, 4, 4, 1)
OTHER = np.where(IMAGES == 31, 0, IMAGES).astype("uint8")  # one pixel differs


def halve(images, labels):
    return images / 2, labels


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (IMAGES, OTHER),
        (IMAGES, IMAGES.astype("float32")),
        (IMAGES, IMAGES.reshape(2, 16)),
        (IMAGES, IMAGES[:1]),
        (np.array(["a", None], object), np.array(["b", None], object)),
        ((IMAGES, IMAGES), (IMAGES, OTHER)),
        ({"image": IMAGES}, {"image": OTHER}),
        ([1, 2, 3], [1, 2, 4]),
        ({0: 1.0, 1: 2.0}, {0: 1.0, 1: 3.0}),
        (tf.constant(IMAGES), tf.constant(OTHER)),
        (tf.data.Dataset.range(3), tf.data.Dataset.range(4)),
        (tf.data.Dataset.range(3), tf.data.Dataset.range(3).map(float)),
        ([keras.callbacks.EarlyStopping(patience=1)], [keras.callbacks.EarlyStopping(patience=2)]),
        (keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.2)),
        (halve, describe),
        ("x" * 300 + "a", "x" * 300 + "b"),
        (True, False),
        (0.1, 0.2),
    ],
)
def test_what_differs_has_another_description(one, other):
    assert describe(one) != describe(other)


@pytest.mark.parametrize(
    "make",
    [
        lambda: np.asfortranarray(IMAGES[..., 0]),
        lambda: np.array(7.0),
        lambda: np.zeros((0, 3)),
        lambda: tf.data.Dataset.range(3).batch(2),
        lambda: keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 10)),
        lambda: [keras.callbacks.TensorBoard("/somewhere"), keras.callbacks.EarlyStopping()],
        lambda: (number for number in range(3)),
        lambda: keras.losses.CategoricalCrossentropy(),
        lambda: {"function": halve},
    ],
)
def test_what_is_the_same_has_the_same_description(make):
    assert describe(make()) == describe(make())


def test_an_array_is_described_by_its_content_not_by_its_layout():
    assert describe(np.asfortranarray(IMAGES[..., 0])) == describe(IMAGES[..., 0])


def test_a_large_array_is_read_a_part_at_a_time():
    large = np.zeros((40, 1 << 20), "uint8")
    changed = large.copy()
    changed[-1, -1] = 1
    assert describe(large) != describe(changed)


def test_arguments_of_fit_by_position_and_by_name_are_the_same():
    by_name = fit_facts((), {"x": IMAGES, "y": [0, 1], "epochs": 3, "verbose": 0, "shuffle": None})
    assert by_name == fit_facts((IMAGES, [0, 1]), {"epochs": 3, "verbose": 2})
    assert set(by_name) == {"x", "y", "epochs"}


def test_a_users_own_class_is_known_by_its_source():
    class Mine:
        def __init__(self, width):
            self.width, self._private, self.array = width, 1, IMAGES

    facts = object_facts("hypermodel", Mine(3))
    assert facts["hypermodel.width"] == 3
    assert "Mine, source " in facts["hypermodel"]
    assert set(facts) == {"hypermodel", "hypermodel.width"}


def test_an_operation_from_outside_is_known_by_what_it_is_made_of(monkeypatch):
    before = operation_facts()
    changed = dataclasses.replace(OPERATIONS["conv_3x3"], primitives=(Conv((1, 1)),))
    monkeypatch.setitem(OPERATIONS._things, "conv_3x3", changed)
    after = operation_facts()
    assert [name for name in before if after[name] != before[name]] == ["operation conv_3x3"]


def test_versions():
    facts = version_facts()
    assert facts["backend"] == f"tensorflow {tf.__version__}"
    assert facts["memnas-tf"].startswith("sources ")
