"""The same batches for the same seed, from any epoch on, of images that stay on disk."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from memnas_tf.data import streaming_pipeline as streaming
from memnas_tf.data.streamed_dataset import StreamedDataset
from memnas_tf.data.training_data import load_training_data
from memnas_tf.errors import DataError
from tests.helpers.imagenet import SPLITS

BATCH, STEPS = 8, 5


@pytest.fixture(scope="module")
def data(imagenet_dir) -> StreamedDataset:
    """Images of 16x16, so that the tests are quick."""
    loaded = load_training_data("imagenet2012", imagenet_dir, download=False)
    assert isinstance(loaded, StreamedDataset)
    return replace(loaded, input_shape=(16, 16, 3))


def make(data: StreamedDataset, **changes: Any) -> tf.data.Dataset:
    arguments = {"batch_size": BATCH, "augmentation": "crop-flip", "seed": 0, **changes}
    return data.training_batches(**arguments)


def take(dataset: tf.data.Dataset, batches: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first so many batches: images, and which image each is."""
    images, labels = zip(*itertools.islice(dataset.as_numpy_iterator(), batches), strict=True)
    return np.stack(images), np.stack(labels).argmax(axis=-1)


def assert_same(first: tuple[np.ndarray, ...], second: tuple[np.ndarray, ...]) -> None:
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


def test_every_epoch_is_another_permutation_of_all_images(data) -> None:
    images, numbers = take(make(data), 3 * STEPS)
    assert images.shape == (3 * STEPS, BATCH, 16, 16, 3) and images.dtype == np.float32
    epochs = numbers.reshape(3, -1)
    assert all(sorted(epoch) == list(range(SPLITS["train"])) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 3


def test_files_are_mixed_and_windows_shuffled(data, monkeypatch) -> None:
    monkeypatch.setattr(streaming, "WINDOW", 4)
    _, numbers = take(make(data), 4 * STEPS)
    on_disk = [int(data.train.parse(record)[1]) for record in data.train.read()]
    epochs = [list(epoch) for epoch in numbers.reshape(4, -1)]
    assert all(sorted(epoch) == sorted(on_disk) and epoch != on_disk for epoch in epochs)
    # The files come in another order, so that others share a window.
    windows = {frozenset(frozenset(e[i : i + 4]) for i in range(0, 40, 4)) for e in epochs}
    assert len(windows) > 1


def test_the_seed_alone_decides(data) -> None:
    before = take(make(data), 7)
    tf.random.set_seed(5)
    assert_same(take(make(data), 7), before)
    _, numbers = take(make(data, seed=1), 7)
    assert not np.array_equal(numbers, before[1])


@pytest.mark.parametrize("augmentation", ["paper", "crop-flip", "none"])
def test_a_later_epoch_alone_is_what_it_is_after_those_before(data, augmentation) -> None:
    mixed = {"augmentation": augmentation, "mixup": 0.2}
    images, numbers = take(make(data, **mixed), 4 * STEPS)
    later = make(data, **mixed).from_epoch(3)
    assert later.cardinality() == tf.data.INFINITE_CARDINALITY
    assert_same(take(later, STEPS), (images[3 * STEPS :], numbers[3 * STEPS :]))


def test_half_of_the_crops_are_mirrored_and_else_the_same(data) -> None:
    crops, numbers = take(make(data, augmentation="crop"), 4 * STEPS)
    flipped, same = take(make(data), 4 * STEPS)
    np.testing.assert_array_equal(numbers, same)
    axes = (-3, -2, -1)
    as_they_were = (flipped == crops).all(axis=axes)
    mirrored = (flipped == crops[..., ::-1, :]).all(axis=axes)
    assert (as_they_were ^ mirrored).all()
    assert 0.35 < mirrored.mean() < 0.65  # of 160


def test_without_a_crop_the_centre_is_trained_on(data) -> None:
    images, numbers = take(make(data, augmentation="none"), STEPS)
    centres = streaming.centre_crops(data.train, data.input_shape).as_numpy_iterator()
    expected = {label: (image - np.array(data.mean)) / data.std for image, label in centres}
    for image, number in zip(images.reshape(-1, 16, 16, 3), numbers.ravel(), strict=True):
        np.testing.assert_allclose(image, expected[number], atol=1e-4)


def test_crops_of_an_image_differ_from_epoch_to_epoch(data) -> None:
    images, numbers = take(make(data, augmentation="crop"), 2 * STEPS)
    first, second = (
        dict(zip(n.ravel(), i.reshape(-1, 16, 16, 3), strict=True))
        for i, n in zip(np.split(images, 2), np.split(numbers, 2), strict=True)
    )
    assert not any(np.array_equal(first[number], second[number]) for number in first)


def test_evaluation_is_every_image_once_in_order(data) -> None:
    batches = data.test_batches(batch_size=8)
    assert batches.cardinality() == 3
    images, labels = zip(*batches.as_numpy_iterator(), strict=True)
    assert [len(batch) for batch in images] == [8, 8, 4]
    assert sorted(np.concatenate(labels)) == list(range(SPLITS["validation"]))
    again = [label for _, label in data.test_batches(batch_size=8).as_numpy_iterator()]
    assert_same(tuple(labels), tuple(again))


def test_a_part_of_the_records(data) -> None:
    everything = [int(data.train.parse(record)[1]) for record in data.train.read()]
    for count in (0, 1, 10, 15, 40, 50):
        part = data.train.first(count)
        assert [int(part.parse(record)[1]) for record in part.read()] == everything[:count]
        assert part.count == min(count, 40)


def test_fewer_images_than_a_batch(data) -> None:
    _, numbers = take(make(data, batch_size=100), 2)
    assert sorted(numbers[1]) == list(range(SPLITS["train"]))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch_size": 0}, "batch size is 0"),
        ({"augmentation": "zoom"}, "Unknown augmentation 'zoom'"),
        ({"seed": -1}, "seed is -1"),
        ({"mixup": -1.0}, r"The mixup is -1\.0"),
    ],
)
def test_arguments_out_of_range(data, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        make(data, **changes)
