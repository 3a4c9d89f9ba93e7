"""A folder of images as a data set: which files it has, of which class, in which split.

tensorflow_datasets has an `ImageFolder` of its own. It knows no flat layout, takes hidden folders
for classes, passes over what is no image, and finds an unreadable image only while training.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from memnas_tf.data.class_names import fault_of_names, normal_name
from memnas_tf.data.image_headers import check_file
from memnas_tf.data.image_names import IMAGE_SUFFIXES, is_image_name, is_left_by_system
from memnas_tf.data.interface import Labels
from memnas_tf.data.splitting import representative_order, split_by_class
from memnas_tf.errors import DataError

TEST_FRACTION = 0.2
_SPLITS = ("train", "validation", "test")
_LAYOUTS = "lay it out as train/CLASS/*.jpg and test/CLASS/*.jpg, or as CLASS/*.jpg"
# To a class of that name; among them it is no split's.
_NO_SPLIT = "if {!r} is a class, put all classes into a folder 'train'"


@dataclass(frozen=True)
class LabelledFile:
    """An image file.

    Attributes:
        path: Where it lies.
        label: Its class, counted from 0.
    """

    path: Path
    label: int


@dataclass(frozen=True)
class ImageFolder:
    """The files of an image folder.

    Attributes:
        root: The folder.
        labels: Name of each class.
        splits: The files of each split, in an order that a seed chose; the first of them,
            however many, have the classes in their proportion.
        makes_test_split: Whether the test split was made here, and did not come with the folder.
    """

    root: Path
    labels: tuple[str, ...]
    splits: Mapping[str, tuple[LabelledFile, ...]]
    makes_test_split: bool = False

    @property
    def name(self) -> str:
        """The folder's name, without the path to it."""
        return self.root.resolve().name

    def fingerprint(self) -> str:
        """Tell these files from others, wherever the folder lies.

        Returns:
            Their number, and a checksum of their names and sizes.

        Raises:
            DataError: One is no regular file, or empty.
        """
        files = sorted(
            (file.path.relative_to(self.root).as_posix(), check_file(file.path).st_size)
            for files in self.splits.values()
            for file in files
        )
        return f"{len(files)} files, {hashlib.sha256(repr(files).encode()).hexdigest()[:12]}"


def is_image_folder(name: str, base: Path = Path()) -> bool:
    """Tell whether the name of a data set means a folder of images.

    Args:
        name: A path, or a name that tensorflow_datasets knows. Where it could be both it is the
            latter; `./mnist` is the folder.
        base: What a path starts from.

    Returns:
        Whether it is a path.
    """
    if _is_path(name):
        return True
    # os.path, as pathlib raises on a name that is too long to be a path.
    return os.path.isdir(base / name) and name.split("/")[0].split(":")[0] not in known_datasets()


def check_path(name: str) -> None:
    """Refuse a folder that holds no images as they should be; at once, and without TensorFlow.

    Args:
        name: The name of a data set; of one that is not written as a path nothing is looked at.

    Raises:
        DataError: As `find_images`.
    """
    if _is_path(name):
        find_images(name, seed=0)


def known_datasets() -> list[str]:
    """List the data sets that need no path.

    Returns:
        `digits`, and the names that tensorflow_datasets knows without asking the network.
    """
    import tensorflow_datasets as tfds

    return sorted({"digits", *tfds.list_builders(with_community_datasets=False)})


def find_images(root: str | os.PathLike[str], seed: int) -> ImageFolder:
    """List the images of a folder.

    Args:
        root: The folder. It holds `train/<class>/` and, if there is a test split, `test/<class>/`
            or `validation/<class>/`; or `<class>/` alone, and then a fifth of each class with three
            images or more, chosen by the seed, is the test split.
        seed: Chooses the order of the files, and that fifth.

    Returns:
        Its classes and files.

    Raises:
        DataError: It is no folder, it has no images or fewer than two classes, a class is empty
            or has a name that is none, or something lies in it that does not belong there.
    """
    root = Path(root).expanduser()
    if not root.is_dir():
        raise DataError(f"There is no folder {str(root)!r} to read images from: check the path.")
    folders = {path.name: path for path in _folders(root)}
    _refuse_loose_images(root)
    if not folders:
        raise DataError(f"There are no images in {str(root)!r}: {_LAYOUTS}.")
    _refuse_other_case(root, folders)
    if "train" in folders:
        return _with_splits(root, folders, seed)
    if "test" in folders:
        raise DataError(
            f"{str(root)!r} has a folder 'test' and none named 'train': {_LAYOUTS}; "
            f"{_NO_SPLIT.format('test')}."
        )
    classes = _classes(root)
    labels = tuple(classes)
    return ImageFolder(root, labels, _split_off_test(classes, seed), makes_test_split=True)


def _with_splits(root: Path, folders: Mapping[str, Path], seed: int) -> ImageFolder:
    others = [name for name in folders if name not in _SPLITS]
    if others:
        raise DataError(
            f"{str(root)!r} has a folder {others[0]!r} beside 'train': move it away, or rename it "
            f"to one of {', '.join(_SPLITS)}; {_NO_SPLIT.format('train')}."
        )
    parts = {name: folders[name] for name in _SPLITS if name in folders}
    for name, folder in parts.items():
        _refuse_loose_images(folder, f"{_LAYOUTS}; {_NO_SPLIT.format(name)}")
    labels = tuple(_classes(parts["train"]))
    splits = {}
    for split, folder in parts.items():
        classes = {normal_name(path.name): path for path in _folders(folder)}
        unknown = [name for name in classes if name not in labels]
        if unknown:
            raise DataError(
                f"The class {unknown[0]!r} of {str(folder)!r} is none of "
                f"{str(parts['train'])!r}: put images of it there too, or remove it."
            )
        files = [
            LabelledFile(path, label)
            for label, name in enumerate(labels)
            if name in classes
            for path in _images(classes[name])
        ]
        if not files:
            raise DataError(f"There are no images in {str(folder)!r}: {_LAYOUTS}.")
        splits[split] = _ordered(files, seed)
    return ImageFolder(root, labels, splits)


def _split_off_test(classes: Mapping[str, Path], seed: int) -> dict[str, tuple[LabelledFile, ...]]:
    files = [
        LabelledFile(path, label)
        for label, folder in enumerate(classes.values())
        for path in _images(folder)
    ]
    # Of two images of a class one is left to train on, and one to validate on.
    train, test = split_by_class(class_numbers(files), TEST_FRACTION, seed, keep=2)
    splits = {"train": [files[index] for index in train], "test": [files[index] for index in test]}
    return {name: _ordered(part, seed) for name, part in splits.items() if part}


def _ordered(files: list[LabelledFile], seed: int) -> tuple[LabelledFile, ...]:
    # By class they would be no use to who takes only the first.
    return tuple(files[index] for index in representative_order(class_numbers(files), seed))


def class_numbers(files: Sequence[LabelledFile]) -> Labels:
    """Return the classes of files.

    Args:
        files: The files.

    Returns:
        Class of each, shape (n,).
    """
    return np.array([file.label for file in files], np.int64)


def _classes(parent: Path) -> dict[str, Path]:
    """Return the folder of each class, in the order of their names."""
    folders = _folders(parent)
    fault = fault_of_names([path.name for path in folders])
    if fault is not None:
        raise DataError(f"In {str(parent)!r} {fault}: rename the folder.")
    if len(folders) < 2:
        there = f"one class, {folders[0].name!r}" if folders else "no classes"
        raise DataError(f"There is {there} in {str(parent)!r}: {_LAYOUTS}, with two or more.")
    classes = {normal_name(path.name): path for path in folders}
    return dict(sorted(classes.items()))


def _images(folder: Path) -> list[Path]:
    """List the images of a class, in a fixed order; refuse what is none."""
    paths = [path for path in sorted(folder.iterdir()) if not is_left_by_system(path)]
    if not paths:
        raise DataError(f"The class folder {str(folder)!r} is empty: add images, or remove it.")
    for path in paths:
        if path.is_dir():
            raise DataError(
                f"{str(path)!r} is a folder, where {str(folder)!r} should hold the images of one "
                f"class: {_LAYOUTS}."
            )
        if path.suffix.lower() not in IMAGE_SUFFIXES:
            raise DataError(
                f"{str(path)!r} is none of {', '.join(IMAGE_SUFFIXES)}: convert it to JPEG or PNG, "
                "or move it away."
            )
    return paths


def _refuse_loose_images(folder: Path, way_out: str = _LAYOUTS) -> None:
    for path in sorted(folder.iterdir()):
        if is_image_name(path):
            raise DataError(f"The image {str(path)!r} lies in no class's folder: {way_out}.")


def _refuse_other_case(root: Path, folders: Mapping[str, Path]) -> None:
    for name, folder in folders.items():
        split = name.lower()
        if split != name and split in _SPLITS and _folders(folder):
            raise DataError(
                f"{str(root)!r} has a folder {name!r} of folders, which is no class, and splits "
                f"are written in lower case: rename it to {split!r}."
            )


def _folders(parent: Path) -> list[Path]:
    return [
        path for path in sorted(parent.iterdir()) if path.is_dir() and not is_left_by_system(path)
    ]


def _is_path(name: str) -> bool:
    return name.startswith((".", "/", "~", os.sep)) or name.endswith(("/", os.sep))
