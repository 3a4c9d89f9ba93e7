"""Loading by name: what comes back, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow_datasets as tfds

from memnas_tf.data import tfds as source
from memnas_tf.data.loading import ImageDataset, dataset_shape, load_dataset
from memnas_tf.errors import DataError


class Oddities(tfds.core.GeneratorBasedBuilder):
    """Build eight images whose size varies; no test split, and a validation split unlabelled."""

    VERSION = tfds.core.Version("1.0.0")
    url_infos: Any = {}  # noqa: RUF012

    def _info(self) -> tfds.core.DatasetInfo:
        features = {
            "image": tfds.features.Image(shape=(None, None, 1)),
            "label": tfds.features.ClassLabel(names=["even", "odd"]),
        }
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(features), supervised_keys=("image", "label")
        )

    def _split_generators(self, dl_manager: Any) -> dict[str, Any]:
        return {
            "train": self._generate_examples(True),
            "validation": self._generate_examples(False),
        }

    def _generate_examples(self, labelled: bool) -> Any:
        for side in range(4, 12):
            image = np.full((side, side + 1, 1), 20 * side, np.uint8)
            yield side, {"image": image, "label": side % 2 if labelled else -1}


class TrainOnly(tfds.core.GeneratorBasedBuilder):
    """Build four images in one split."""

    VERSION = tfds.core.Version("1.0.0")
    url_infos: Any = {}  # noqa: RUF012

    def _info(self) -> tfds.core.DatasetInfo:
        features = {
            "image": tfds.features.Image(shape=(2, 2, 1)),
            "label": tfds.features.ClassLabel(num_classes=2),
        }
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(features), supervised_keys=("image", "label")
        )

    def _split_generators(self, dl_manager: Any) -> dict[str, Any]:
        return {"train": self._generate_examples()}

    def _generate_examples(self) -> Any:
        for key in range(4):
            yield key, {"image": np.full((2, 2, 1), key, np.uint8), "label": key % 2}


def test_digits(digits: ImageDataset) -> None:
    assert digits.input_shape == (8, 8, 1)
    assert digits.labels == tuple("0123456789")
    assert len(digits.validation_images) == 144
    assert digits.train_images.dtype == np.uint8
    assert digits.train_labels.dtype == np.int64
    assert digits.mean == pytest.approx((digits.train_images.mean(),))
    assert digits.std == pytest.approx((digits.train_images.std(),))


def test_same_arguments_give_the_same_arrays(digits_dir: Path, digits: ImageDataset) -> None:
    again = load_dataset("digits", digits_dir)
    np.testing.assert_array_equal(again.train_images, digits.train_images)
    np.testing.assert_array_equal(again.validation_labels, digits.validation_labels)


def test_seed_chooses_the_held_out_images(digits_dir: Path, digits: ImageDataset) -> None:
    other = load_dataset("digits", digits_dir, seed=1)
    assert not np.array_equal(other.validation_images, digits.validation_images)


def test_limit_and_fraction(digits_dir: Path) -> None:
    data = load_dataset("digits:1.0.0", digits_dir, limit=40, validation_fraction=0.25)
    assert (len(data.train_images), len(data.validation_images)) == (30, 10)
    assert len(load_dataset("digits", digits_dir, limit=10**6).train_images) == 1298


def test_nothing_need_be_held_out(digits_dir: Path) -> None:
    data = load_dataset("digits", digits_dir, limit=40, validation_fraction=0)
    assert (len(data.train_images), len(data.validation_images)) == (40, 0)


def test_the_first_of_a_sorted_set_are_told_to_lack_classes(digits_dir: Path, caplog) -> None:
    # The digits come in random order; of the first ten there is not one of each.
    data = load_dataset("digits", digits_dir, limit=10, validation_fraction=0.2)
    there = {*data.train_labels, *data.validation_labels}
    for digit in {*range(10)} - there:
        line = f"The class '{digit}' has too few images (0 to train on, 0 to validate on): raise"
        assert any(remark.startswith(line) for remark in data.remarks)
    assert [record.getMessage() for record in caplog.records] == list(data.remarks)


def test_resize_and_withheld_labels(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="image_size"):
        load_dataset("oddities", tmp_path)
    data = load_dataset("oddities", tmp_path, image_size=(6, 5), validation_fraction=0.25)
    assert data.input_shape == (6, 5, 1)
    pixels = np.concatenate([data.train_images, data.validation_images])
    assert sorted(pixels[:, 0, 0, 0]) == [20 * side for side in range(4, 12)]
    assert (pixels == pixels[:, :1, :1]).all()
    assert data.labels == ("even", "odd")
    assert data.test_split == "validation"
    with pytest.raises(DataError, match="withheld"):
        data.load_test()


def test_no_test_split(tmp_path: Path) -> None:
    data = load_dataset("train_only", tmp_path, validation_fraction=0.5)
    assert data.test_split is None
    with pytest.raises(DataError, match=r"no test and no validation split \(it has: train\)"):
        data.load_test()


def test_damaged_files(tmp_path: Path) -> None:
    load_dataset("train_only", tmp_path, validation_fraction=0.5)
    (record,) = tmp_path.rglob("*.tfrecord*")
    record.write_bytes(b"\0" * 100)
    with pytest.raises(DataError, match="damaged"):
        load_dataset("train_only", tmp_path, validation_fraction=0.5)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cifar1O", "did you mean .*cifar10"),
        ("zzzzzz", "such as digits, mnist"),
        ("cifar10/cats", "cannot be opened"),
        ("cifar10:9.0.0", "cannot be opened"),
        ("two words", "cannot be opened"),
        ("celeb_a", r"no \(image, label\) pairs"),
        ("imdb_reviews", "no images"),
        ("mnist", "downloading is off"),
    ],
)
def test_unusable_sets(name: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message) as caught:
        load_dataset(name, tmp_path, download=False)
    assert len(str(caught.value)) < 500


def test_missing_data_names_the_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load_dataset("mnist", tmp_path, download=False)
    assert str(tmp_path) in str(caught.value)


def test_failed_download_names_the_cause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError("no route to host\nand more lines")

    builder = source.find_builder("mnist", str(tmp_path))
    monkeypatch.setattr(builder, "download_and_prepare", fail)
    with pytest.raises(DataError, match=r"could not be prepared \(no route to host\)"):
        source.prepare("mnist", builder, download=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"validation_fraction": -0.1}, "fraction is -0.1"),
        ({"validation_fraction": 1.0}, "fraction is 1.0"),
        ({"validation_fraction": 0.01, "limit": 10}, "10 to train on and 0 to validate on"),
        ({"validation_fraction": 0.9, "limit": 2}, "0 to train on"),
        ({"limit": 1}, "limit is 1"),
        ({"seed": -1}, "seed is -1"),
        ({"image_size": (0, 4)}, r"image size is \(0, 4\)"),
    ],
)
def test_arguments_out_of_range(arguments: dict[str, Any], message: str, digits_dir: Path) -> None:
    with pytest.raises(DataError, match=message):
        load_dataset("digits", digits_dir, **arguments)


def test_cifar10(cifar10_dir: Path) -> None:
    data = load_dataset("cifar10", cifar10_dir, download=False)
    assert data.train_images.shape == (45_000, 32, 32, 3)
    assert data.validation_images.shape == (5_000, 32, 32, 3)
    assert data.labels[:2] == ("airplane", "automobile")
    labels = np.concatenate([data.train_labels, data.validation_labels])
    assert np.bincount(labels).tolist() == [5_000] * 10
    # The pixels went through JPEG, whose fast decoder alone moves red and blue by 1 level.
    assert data.mean == pytest.approx((125.3, 123.0, 113.9), abs=1.5)
    assert data.std == pytest.approx((63.0, 62.1, 66.7), abs=1.0)


@pytest.mark.parametrize("image_size", [None, (12, 10)])
def test_the_shape_is_known_without_the_data(image_size, tmp_path: Path) -> None:
    shape, classes = dataset_shape("digits", tmp_path, image_size)
    assert list(tmp_path.iterdir()) == []
    data = load_dataset("digits", tmp_path, image_size=image_size)
    assert (shape, classes) == (data.input_shape, data.classes)


def test_a_shape_that_varies_is_refused_without_the_data(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="differ in size: set one with image_size"):
        dataset_shape("oddities", tmp_path)
