"""Where the images of a data set come from: tensorflow_datasets, or a folder."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from typing import Protocol

from memnas_tf.data import tfds
from memnas_tf.data.image_files import check_images, common_shape, read_images
from memnas_tf.data.image_folder import class_numbers, find_images, is_image_folder
from memnas_tf.data.interface import Images, Labels
from memnas_tf.data.records import Records, find_records
from memnas_tf.data.tfds import ImageFeatures


class ImageSource(Protocol):
    """Tell of a data set, and read it.

    Attributes:
        name: Its name.
        features: What its images and labels are.
        fingerprint: What tells its content from another's; None where its name does.
        test_labels: The classes of the images of a test split that was made here; None where it
            came with the set, or there is none.
    """

    name: str
    features: ImageFeatures
    fingerprint: str | None
    test_labels: Labels | None

    def prepare(self, *, download: bool) -> None:
        """Have the data on disk; where it has to be fetched, only if `download` allows it."""

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of its splits."""

    def has_labels(self, split: str) -> bool:
        """Tell whether the labels of a split that is there are not withheld."""

    def read(
        self, split: str, count: int | None, shape: tuple[int, int, int]
    ) -> tuple[Images, Labels]:
        """Read the first images of a split.

        Args:
            split: Its name.
            count: How many; None for all.
            shape: Height and width that they are resized to, in pixels, and their channels.

        Returns:
            uint8 pixels of shape (count, *shape), and the class of each image.
        """

    def check(self, split: str) -> None:
        """Refuse images of a split that cannot be decoded, where they are single files."""


class NamedSource:
    """A data set of tensorflow_datasets.

    Args:
        name: Its name.
        data_dir: Folder of prepared data sets; None is tensorflow_datasets' own default.

    Raises:
        DataError: There is no such data set, or it is not for image classification.
    """

    fingerprint: str | None = None
    test_labels: Labels | None = None

    def __init__(self, name: str, data_dir: str | None) -> None:
        self.name = name
        self._builder = tfds.find_builder(name, data_dir)
        self.features = tfds.read_features(name, self._builder)

    def prepare(self, *, download: bool) -> None:
        """Have the data on disk."""
        tfds.prepare(self.name, self._builder, download=download)

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of its splits, once it is prepared."""
        return tuple(self._builder.info.splits)

    def read(
        self, split: str, count: int | None, shape: tuple[int, int, int]
    ) -> tuple[Images, Labels]:
        """Read the first images of a split, all for None, resized to a shape."""
        return tfds.read_split(self.name, self._builder, split, count, shape)

    def check(self, split: str) -> None:
        """Do nothing: records have checksums of their own."""

    def count(self, split: str, limit: int | None = None) -> int:
        """Return the number of images of a split, or the limit if there are more."""
        tfds.check_split(self.name, self._builder, split)
        count: int = self._builder.info.splits[split].num_examples
        return count if limit is None else min(count, limit)

    def records(self, split: str, first: int = 0, last: int | None = None) -> Records:
        """Find the images of a split as they lie on disk, from the first to before the last."""
        last = self.count(split) if last is None else last
        return find_records(self.name, self._builder, split, first, last)

    def has_labels(self, split: str) -> bool:
        """Tell whether the labels of a split that is there are not withheld."""
        records = self.records(split, 0, 1)
        return all(records.parse(record)[1] >= 0 for record in records.read())

    def reading(self) -> AbstractContextManager[None]:
        """Say that it is this set whose files cannot be read, if one cannot within the block."""
        return tfds.reading(self.name, self._builder)


class FolderSource:
    """A folder of images.

    Args:
        path: The folder.
        seed: Chooses the order of its files, and its test split where it has none.

    Raises:
        DataError: It is no folder of images.
    """

    def __init__(self, path: str, seed: int) -> None:
        self._folder = find_images(path, seed)
        self.name = self._folder.name
        self.fingerprint: str | None = self._folder.fingerprint()
        self.test_labels = (
            class_numbers(self._folder.splits.get("test", ()))
            if self._folder.makes_test_split
            else None
        )
        files = [file.path for files in self._folder.splits.values() for file in files]
        self.features = ImageFeatures(common_shape(files), self._folder.labels)

    def prepare(self, *, download: bool) -> None:
        """Do nothing: the files are there."""

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of its splits."""
        return tuple(self._folder.splits)

    def has_labels(self, split: str) -> bool:
        """Tell that the labels of a split are not withheld: they are the names of its folders."""
        return split in self.splits

    def read(
        self, split: str, count: int | None, shape: tuple[int, int, int]
    ) -> tuple[Images, Labels]:
        """Read the first images of a split, all for None, resized to a shape."""
        return read_images(self._folder.splits[split][:count], shape)

    def check(self, split: str) -> None:
        """Refuse images of a split that cannot be decoded."""
        check_images(self._folder.splits[split])


def open_source(name: str, data_dir: str | os.PathLike[str] | None, seed: int) -> ImageSource:
    """Find a data set by its name or path.

    Args:
        name: A name that tensorflow_datasets knows, or the path of a folder of images.
        data_dir: Folder of prepared data sets; None is tensorflow_datasets' own default.
        seed: Chooses the order of a folder's files, and its test split where it has none.

    Returns:
        The data set, not yet read.

    Raises:
        DataError: There is no such data set, or it is not for image classification.
    """
    if is_image_folder(name):
        return FolderSource(name, seed)
    return NamedSource(name, None if data_dir is None else os.fspath(data_dir))
