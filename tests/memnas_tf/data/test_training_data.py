"""What is streamed and what is not, and what is known of it before it is read."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from memnas_tf.data import training_data
from memnas_tf.data.dataset import ImageDataset
from memnas_tf.data.loading import dataset_shape, load_dataset
from memnas_tf.data.streamed_dataset import StreamedDataset
from memnas_tf.data.streaming_pipeline import read_centre_crops
from memnas_tf.data.training_data import load_streamed, load_training_data
from memnas_tf.errors import DataError


@pytest.fixture(scope="module")
def data(imagenet_dir) -> StreamedDataset:
    loaded = load_training_data(
        "imagenet2012", imagenet_dir, validation_fraction=0.25, limit=32, download=False
    )
    assert isinstance(loaded, StreamedDataset)
    return loaded


def test_images_that_differ_in_size_are_streamed_at_224(data, imagenet_dir) -> None:
    assert (data.name, data.input_shape, data.classes) == ("imagenet2012", (224, 224, 3), 1000)
    assert data.labels[:2] == ("n01440764", "n01443537")
    assert (data.train_count, data.validation_count) == (24, 8)
    assert (data.default_augmentation, data.preprocessing.input_shape) == (
        "crop-flip",
        (224,) * 2 + (3,),
    )
    known = dataset_shape("imagenet2012", imagenet_dir, varying_size=training_data.STREAMED_SIZE)
    assert known == (data.input_shape, data.classes)


def test_the_test_images_are_those_with_labels(data) -> None:
    # The set has a split "test" as well, whose labels are withheld.
    assert data.test_split == "validation"
    assert data.test is not None and data.test.count == 20


def test_what_is_held_out_is_not_trained_on(data) -> None:
    kept, held_out = (
        {int(records.parse(record)[1]) for record in records.read()}
        for records in (data.train, data.validation)
    )
    assert (len(kept), len(held_out), kept & held_out) == (24, 8, set())
    (batch,) = data.validation_batches(batch_size=10, count=7).as_numpy_iterator()
    assert batch[1].shape == (7, 1000) and set(batch[1].argmax(axis=-1)) <= held_out


def test_channels_are_measured_on_the_centres(data) -> None:
    images, _ = read_centre_crops(data.train, data.input_shape)
    np.testing.assert_allclose(data.mean, np.mean(images, axis=(0, 1, 2)))
    np.testing.assert_allclose(data.std, np.std(images, axis=(0, 1, 2)))


def test_a_few_images_are_read_into_memory(data) -> None:
    held = data.in_memory(5)
    assert held.train_images.shape == (5, 224, 224, 3)
    assert held.validation_images.shape == (5, 224, 224, 3)
    test_images, test_labels = held.load_test()
    assert test_images.shape == (20, 224, 224, 3) and sorted(test_labels) == list(range(20))
    assert (held.mean, held.labels, held.input_shape) == (data.mean, data.labels, data.input_shape)


def test_streaming_can_be_asked_for(digits_dir) -> None:
    streamed = load_streamed("digits", digits_dir, shape=(12, 12, 1), limit=50)
    assert (streamed.input_shape, streamed.train_count) == ((12, 12, 1), 50)
    assert streamed.in_memory(2).validation_images.shape == (0, 12, 12, 1)


def test_a_set_that_fits_is_held_in_memory(digits_dir) -> None:
    held = load_training_data("digits", digits_dir, validation_fraction=0.1)
    same = load_dataset("digits", digits_dir, validation_fraction=0.1)
    assert isinstance(held, ImageDataset)
    np.testing.assert_array_equal(held.train_images, same.train_images)


def test_a_large_set_is_streamed(digits_dir, monkeypatch) -> None:
    held = load_training_data("digits", digits_dir)
    monkeypatch.setattr(training_data, "IN_MEMORY", held.train_images.nbytes - 1)
    streamed = load_training_data("digits", digits_dir)
    assert isinstance(streamed, StreamedDataset)
    assert (streamed.input_shape, streamed.train_count) == (held.input_shape, held.train_count)
    assert (streamed.test_split, streamed.default_augmentation) == ("test", "crop")
    assert isinstance(load_training_data("digits", digits_dir, limit=100), ImageDataset)


def test_one_size_for_all_holds_a_small_set_in_memory(imagenet_dir) -> None:
    held = load_training_data("imagenet2012", imagenet_dir, image_size=(12, 10))
    assert isinstance(held, ImageDataset)
    assert held.input_shape == (12, 10, 3)
    assert held.test_split == "validation" and len(held.load_test()[0]) == 20


def test_a_set_larger_than_the_machine_is_not_read_into_memory(imagenet_dir) -> None:
    with pytest.raises(DataError, match=r"take .* GB, and this machine has .* limit"):
        load_dataset("imagenet2012", imagenet_dir, image_size=(10**6, 10**6))


def test_damaged_files_are_named(imagenet_dir, tmp_path) -> None:
    shutil.copytree(imagenet_dir, tmp_path / "copy")
    damaged = load_training_data("imagenet2012", tmp_path / "copy", download=False)
    file = next((tmp_path / "copy").rglob("*train.tfrecord-00002*"))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 255
    file.write_bytes(content)
    batches = damaged.training_batches(batch_size=8, augmentation="none", seed=0)
    message = r"files of 'imagenet2012' in .* are damaged"
    with pytest.raises(DataError, match=message), damaged.reading():
        for _ in batches.take(10):
            pass
    with pytest.raises(DataError, match=message):
        load_training_data("imagenet2012", tmp_path / "copy", download=False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"validation_fraction": 1.0}, "validation fraction is 1.0"),
        ({"limit": 1}, "limit is 1"),
        ({"image_size": (0, 4)}, r"image size is \(0, 4\)"),
        ({"seed": -1}, "seed is -1"),
        ({"validation_fraction": 0.001}, "leaves 40 to train on and 0"),
    ],
)
def test_arguments_out_of_range(imagenet_dir, arguments, message) -> None:
    with pytest.raises(DataError, match=message):
        load_training_data("imagenet2012", imagenet_dir, **arguments)
