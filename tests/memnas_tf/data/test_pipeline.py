"""The same batches from every iterator, whatever ran before; every image in its place."""

from __future__ import annotations

import itertools
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from memnas_tf.data.pipeline import evaluation_pipeline, training_pipeline
from memnas_tf.data.steps import steps_per_epoch
from memnas_tf.errors import DataError

COUNT, BATCH = 23, 5
IMAGES = np.random.default_rng(0).integers(0, 256, (COUNT, 8, 8, 3), dtype=np.uint8)
LABELS = np.arange(COUNT)  # A label of its own for each image tells which image it is.
SCALE: dict[str, Any] = {"mean": (100.0, 110.0, 120.0), "std": (50.0, 60.0, 70.0)}


def make(**changes: Any) -> tf.data.Dataset:
    """Return the training pipeline of these tests, with some arguments changed."""
    arguments = {"batch_size": BATCH, "augmentation": "paper", "seed": 0, **SCALE, **changes}
    return training_pipeline(IMAGES, LABELS, **arguments)


def take(dataset: tf.data.Dataset, batches: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first so many batches, stacked."""
    images, labels = zip(*itertools.islice(dataset.as_numpy_iterator(), batches), strict=True)
    return np.stack(images), np.stack(labels)


def assert_same(first: tuple[np.ndarray, ...], second: tuple[np.ndarray, ...]) -> None:
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


def small_model() -> keras.Model:
    """Return a compiled classifier with the same weights every time."""
    keras.utils.set_random_seed(1)
    layers = [keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(COUNT)]
    model = keras.Sequential(layers)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss)
    return model


def test_every_iterator_replays_the_batches() -> None:
    dataset = make()
    assert_same(take(dataset, 12), take(dataset, 12))
    assert_same(take(dataset, 12), take(make(), 12))


def test_global_seed_and_training_change_nothing() -> None:
    before = take(make(), 12)
    dataset = make()
    arguments = {"steps_per_epoch": 4, "epochs": 3, "shuffle": False, "verbose": 0}
    first = small_model().fit(dataset, **arguments).history["loss"]
    tf.random.set_seed(5)
    assert_same(take(dataset, 12), before)
    assert small_model().fit(dataset, **arguments).history["loss"] == first


def test_epochs_are_different_permutations() -> None:
    _, labels = take(make(), 12)
    epochs = labels.reshape(3, -1)
    assert all(len(set(epoch)) == 4 * BATCH for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 3


def test_augmentation_differs_between_batches_and_epochs() -> None:
    dataset = training_pipeline(
        np.full((20, 8, 8, 1), 255, np.uint8),
        np.zeros(20, np.int64),
        **{"mean": (0.0,), "std": (255.0,), "batch_size": 10, "augmentation": "paper", "seed": 0},
    )
    images, _ = take(dataset, 4)
    assert len({batch.tobytes() for batch in images}) == 4


def test_seeds_differ() -> None:
    orders = {tuple(take(make(seed=seed), 4)[1].ravel()) for seed in (0, 1, 2, 2**40)}
    assert len(orders) == 4


def test_images_keep_their_labels() -> None:
    images, labels = take(make(augmentation="none"), 4)
    expected = (IMAGES[labels] - np.array(SCALE["mean"])) / np.array(SCALE["std"])
    np.testing.assert_allclose(images, expected, atol=1e-5)
    assert (images.dtype, labels.dtype) == (np.float32, np.int64)


def test_fewer_images_than_a_batch() -> None:
    _, labels = take(make(batch_size=100), 2)
    assert labels.shape == (2, COUNT)
    assert sorted(labels[0]) == list(LABELS)


def test_training_is_endless() -> None:
    assert make().cardinality() == tf.data.INFINITE_CARDINALITY


@pytest.mark.parametrize("epoch", [0, 1, 2])
def test_a_later_epoch_has_the_batches_that_it_has_in_a_whole_run(epoch: int) -> None:
    images, labels = take(make(), 12)
    assert_same(
        take(make().from_epoch(epoch), 4), (images[4 * epoch :][:4], labels[4 * epoch :][:4])
    )
    assert make().from_epoch(epoch).cardinality() == tf.data.INFINITE_CARDINALITY


def test_evaluation_is_every_image_in_order() -> None:
    dataset = evaluation_pipeline(IMAGES, LABELS, batch_size=BATCH, **SCALE)
    assert dataset.cardinality() == 5
    batches = list(dataset.as_numpy_iterator())
    np.testing.assert_array_equal(np.concatenate([labels for _, labels in batches]), LABELS)
    images = np.concatenate([images for images, _ in batches])
    expected = (IMAGES - np.array(SCALE["mean"])) / np.array(SCALE["std"])
    np.testing.assert_allclose(images, expected, atol=1e-5)
    small_model().evaluate(dataset, verbose=0)


@pytest.mark.parametrize(
    ("count", "batch_size", "steps"), [(23, 5, 4), (20, 5, 4), (3, 5, 1), (1, 1, 1)]
)
def test_steps_per_epoch(count: int, batch_size: int, steps: int) -> None:
    assert steps_per_epoch(count, batch_size) == steps


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch_size": 0}, "batch size is 0"),
        ({"augmentation": "mixup"}, "Unknown augmentation 'mixup'"),
        ({"seed": -1}, "seed is -1"),
        ({"mean": (1.0,)}, "one number for each of 3 channels"),
        ({"std": (1.0, 0.0, 1.0)}, "deviations above 0"),
    ],
)
def test_arguments_out_of_range(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        make(**changes)


def test_arrays_that_do_not_fit() -> None:
    with pytest.raises(DataError, match="float64 of shape"):
        evaluation_pipeline(IMAGES / 255, LABELS, batch_size=1, **SCALE)
    with pytest.raises(DataError, match="labels of shape"):
        evaluation_pipeline(IMAGES, LABELS[:3], batch_size=1, **SCALE)
    with pytest.raises(DataError, match="0 images"):
        steps_per_epoch(0, 5)


def test_one_hot_labels_are_those_of_the_class_numbers() -> None:
    images, labels = take(make(), 4)
    same, one_hot = take(make(classes=COUNT), 4)
    assert_same((images, labels), (same, one_hot.argmax(axis=-1)))
    assert one_hot.dtype == np.float32
    evaluated = evaluation_pipeline(IMAGES, LABELS, batch_size=BATCH, classes=COUNT, **SCALE)
    numbers = [batch.argmax(axis=-1) for _, batch in evaluated.as_numpy_iterator()]
    np.testing.assert_array_equal(np.concatenate(numbers), LABELS)


def test_mixed_batches_are_the_same_every_time_and_from_any_epoch() -> None:
    mixed = {"classes": COUNT, "mixup": 0.5}
    steps = steps_per_epoch(COUNT, BATCH)
    images, labels = take(make(**mixed), 3 * steps)
    assert_same((images, labels), take(make(**mixed), 3 * steps))
    later = take(make(**mixed).from_epoch(2), steps)
    assert_same((images[2 * steps :], labels[2 * steps :]), later)
    assert np.count_nonzero(labels[0]) > BATCH
    plain = take(make(classes=COUNT), 3 * steps)
    assert not np.array_equal(images, plain[0])


@pytest.mark.parametrize("changes", [{"mixup": 0.2}, {"mixup": -1.0, "classes": COUNT}])
def test_mixup_without_classes_or_below_zero_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(DataError, match=r"The mixup is .*give a mixup of 0 or more"):
        make(**changes)
