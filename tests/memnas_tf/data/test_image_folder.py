"""A folder of images as a data set: its layouts, and what is refused."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from memnas_tf.data.image_folder import find_images, is_image_folder
from memnas_tf.data.loading import dataset_shape, load_dataset
from memnas_tf.errors import DataError
from tests.helpers.image_folders import digit_images, write_classes


@pytest.fixture
def flat(tmp_path: Path) -> Path:
    return write_classes(tmp_path / "photos", digit_images(classes=3, per_class=10))


@pytest.fixture
def split(tmp_path: Path) -> Path:
    write_classes(tmp_path / "photos" / "train", digit_images(classes=2, per_class=6))
    write_classes(tmp_path / "photos" / "test", digit_images(classes=2, per_class=3))
    return tmp_path / "photos"


def test_a_folder_with_splits_is_read_as_it_is(split: Path) -> None:
    data = load_dataset(str(split), validation_fraction=0.25)
    assert (data.name, data.labels, data.test_split) == ("photos", ("0", "1"), "test")
    assert data.input_shape == (8, 8, 1)
    assert (len(data.train_images), len(data.validation_images)) == (9, 3)
    images, labels = data.load_test()
    assert images.shape == (6, 8, 8, 1)
    expected = {
        path.read_bytes(): (np.asarray(Image.open(path)), int(path.parent.name))
        for path in (split / "test").rglob("*.png")
    }
    for pixels, label in expected.values():
        at = [n for n, image in enumerate(images[..., 0]) if (image == pixels).all()]
        assert labels[at].tolist() == [label] * len(at) != []


def test_a_flat_folder_gives_a_fifth_of_each_class_to_the_test_split(flat: Path) -> None:
    folder = find_images(flat, seed=0)
    assert [file.label for file in folder.splits["test"]].count(0) == 2
    assert sorted(file.label for file in folder.splits["test"]) == [0, 0, 1, 1, 2, 2]
    both = [file.path for files in folder.splits.values() for file in files]
    assert len(both) == len(set(both)) == 30


def test_the_seed_alone_chooses_the_split(flat: Path) -> None:
    assert find_images(flat, seed=1) == find_images(flat, seed=1)
    first = {file.path for file in find_images(flat, seed=1).splits["test"]}
    assert first != {file.path for file in find_images(flat, seed=2).splits["test"]}


def test_a_limit_takes_images_of_every_class(flat: Path) -> None:
    write_classes(flat, {"rare": [Image.new("L", (8, 8))] * 3, "usual": digit_images(1, 90)["0"]})
    data = load_dataset(str(flat), limit=14, validation_fraction=0.3)
    assert len(data.train_images) + len(data.validation_images) == 14
    assert set(data.train_labels) == set(data.validation_labels) == {0, 1, 2, 3, 4}


def test_images_of_different_sizes_need_one_size(flat: Path) -> None:
    Image.new("L", (9, 8)).save(flat / "0" / "wide.png")
    with pytest.raises(DataError, match="'photos' differ in size: set one with image_size"):
        dataset_shape(str(flat))
    assert dataset_shape(str(flat), image_size=(6, 5)) == ((6, 5, 1), 3)
    assert load_dataset(str(flat), image_size=(6, 5)).input_shape == (6, 5, 1)


def test_one_image_in_colour_makes_three_channels(flat: Path) -> None:
    Image.new("RGB", (8, 8), "red").save(flat / "0" / "red.jpg")
    data = load_dataset(str(flat))
    assert data.input_shape == (8, 8, 3)


def test_a_folder_that_moved_is_the_same_and_one_that_changed_is_not(flat: Path) -> None:
    before = load_dataset(str(flat)).fingerprint
    moved = shutil.move(flat, flat.parent / "elsewhere")
    assert load_dataset(str(moved)).fingerprint == before
    next(Path(moved).rglob("*.png")).unlink()
    assert load_dataset(str(moved)).fingerprint != before


def test_what_systems_leave_behind_is_passed_over(flat: Path) -> None:
    for name in (".DS_Store", "0/.DS_Store", "1/THUMBS.DB", "0/._000.png", "2/Desktop.ini"):
        (flat / name).write_bytes(b"\0")
    for name in (".ipynb_checkpoints", "__MACOSX", "0/@eaDir"):
        (flat / name).mkdir()
    (flat / "README.md").write_text("Photos of digits.")
    assert load_dataset(str(flat)).classes == 3


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda root: shutil.rmtree(root), r"There is no folder '.*photos'"),
        (lambda root: [shutil.rmtree(root / name) for name in "012"], r"There are no images in"),
        (lambda root: [shutil.rmtree(root / name) for name in "12"], r"There is one class, '0'"),
        (lambda root: (root / "empty").mkdir(), r"The class folder '.*empty' is empty"),
        (lambda root: (root / "0" / "notes.txt").touch(), r"notes.txt' is none of .jpg, .jpeg"),
        (lambda root: (root / "0" / "more").mkdir(), r"more' is a folder, where .*one class"),
        (lambda root: (root / "a.jpg").touch(), r"a.jpg' lies in no class's folder"),
        (
            lambda root: (root / "1").rename(root / "test"),
            r"a folder 'test' and none named 'train'",
        ),
        (lambda root: (root / "1").rename(root / "train"), r"a folder '0' beside 'train'.*a class"),
        (lambda root: (root / "1\x1b[2J").mkdir(), r"class name '1\\x1b\[2J' has characters"),
        (lambda root: (root / "1\n2").mkdir(), r"class name '1\\n2' has characters"),
        (lambda root: (root / "1\u2028").mkdir(), r"class name '1\\u2028' has characters"),
        (
            lambda root: (root / os.fsdecode(b"\xff")).mkdir(),
            r"class name '\\udcff' has characters",
        ),
        (lambda root: [(root / name).mkdir() for name in ("\xe9", "e\u0301")], r"read the same"),
        (
            lambda root: (root / "0" / "b.png").write_text("no image"),
            r"b.png' is neither JPEG nor PNG",
        ),
        (
            lambda root: Image.new("L", (8, 8)).save(root / "0" / "c.png", format="GIF"),
            r"c.png' is GIF in truth: convert it",
        ),
    ],
)
def test_a_folder_that_cannot_be_used_is_refused(flat: Path, break_it, message) -> None:
    break_it(flat)
    with pytest.raises(DataError, match=message):
        load_dataset(str(flat))


@pytest.mark.parametrize("name", ["Train", "TEST", "Validation"])
def test_splits_in_capitals_are_told_of(split: Path, name: str) -> None:
    (split / "train").rename(split / "gone")
    (split / "test").rename(split / name)
    with pytest.raises(
        DataError, match=f"'{name}' of folders, which is no class.*to '{name.lower()}'"
    ):
        load_dataset(str(split))


def test_classes_that_are_called_as_splits_are(tmp_path: Path) -> None:
    images = digit_images(classes=2, per_class=6)
    for name in ("train", "test"):
        write_classes(tmp_path / "trains", {name: images["0"]})
    with pytest.raises(DataError, match=r"no class's folder.*if 'train' is a class, put all"):
        load_dataset(str(tmp_path / "trains"))
    # As it says.
    write_classes(tmp_path / "more" / "train", {"train": images["0"], "test": images["1"]})
    assert load_dataset(str(tmp_path / "more"), validation_fraction=0.2).labels == ("test", "train")


def test_names_are_compared_as_they_read(split: Path) -> None:
    (split / "train" / "1").rename(split / "train" / "e\u0301")
    (split / "test" / "1").rename(split / "test" / "\xe9")
    data = load_dataset(str(split), validation_fraction=0.2)
    assert data.labels == ("0", "\xe9")
    assert data.load_test()[1].tolist().count(1) == 3


def test_a_class_that_is_only_tested_is_refused(split: Path) -> None:
    write_classes(split / "test", {"seven": [Image.new("L", (8, 8))]})
    with pytest.raises(DataError, match=r"The class 'seven' of .*test' is none of .*train'"):
        load_dataset(str(split))


@pytest.mark.parametrize(
    ("images", "parts"),
    [
        (1, "(1 to train on, 0 to validate on, 0 to test on)"),
        (2, "(1 to train on, 1 to validate on, 0 to test on)"),
        (3, None),
    ],
)
def test_a_class_of_few_images_is_trained_on_then_validated_then_tested(
    flat: Path, caplog, images: int, parts: str | None
) -> None:
    write_classes(flat, {"rare": [Image.new("L", (8, 8))] * images})
    for seed in range(5):
        caplog.clear()
        data = load_dataset(str(flat), seed=seed, validation_fraction=0.2)
        told = f"The class 'rare' has too few images {parts}: add images, or leave the class out."
        assert list(data.remarks) == ([] if parts is None else [told])
        assert [record.getMessage() for record in caplog.records] == list(data.remarks)
        rare = [
            int((labels == data.labels.index("rare")).sum())
            for labels in (data.train_labels, data.validation_labels, data.load_test()[1])
        ]
        assert rare == [1, int(images > 1), int(images > 2)]


@pytest.mark.parametrize("part", ["train", "test"])
def test_an_image_that_is_cut_off_is_named_at_the_start(split: Path, part: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    path = split / part / "0" / "cut.jpg"
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(DataError, match=r"The image '.*cut.jpg' cannot be decoded"):
        load_dataset(str(split), image_size=(8, 8))


def test_a_known_name_is_no_folder_unless_it_is_written_as_a_path(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("digits", "emnist/letters", "photos"):
        (tmp_path / name).mkdir(parents=True)
    assert [is_image_folder(name) for name in ("digits", "emnist/letters", "mnist:3.0.1")] == [
        False,
        False,
        False,
    ]
    assert is_image_folder("photos")
    assert all(
        is_image_folder(name) for name in ("./digits", "gone/", "../gone", "/gone", "~/gone")
    )
