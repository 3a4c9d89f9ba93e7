"""A data set of labelled images that stays on disk."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import ClassVar

import tensorflow as tf

from memnas_tf.data.augmentation import default_augmentation
from memnas_tf.data.batching import BatchForm
from memnas_tf.data.dataset import ImageDataset
from memnas_tf.data.interface import Images, Labels
from memnas_tf.data.records import Records
from memnas_tf.data.streaming_pipeline import (
    read_centre_crops,
    streaming_evaluation_pipeline,
    streaming_training_pipeline,
)
from memnas_tf.errors import DataError
from memnas_tf.preprocessing import Preprocessing


@dataclass(frozen=True, eq=False)
class StreamedDataset:
    """Hold what is known of the images that a training reads from disk, epoch by epoch.

    Attributes:
        name: The name it was loaded by.
        input_shape: Height, width and channels that every image is brought to.
        labels: Name of each class.
        mean: Mean of each channel of the training images, in pixel units from 0 to 255.
        std: Standard deviation of each channel, in pixel units.
        train: The training images.
        validation: The images held out of the training split.
        test: The test images; None where the set has none with labels.
        test_split: The split that they are.
        reading: Opens a block in which a file that cannot be read is a `DataError` of this set.
        remarks: What a person should know of the images, such as classes that are too small.
        fingerprint: None, as the name tells the content.
        streamed: True, as opposed to an `ImageDataset`.
        parts: 1, as an epoch comes as a whole.
    """

    streamed: ClassVar = True
    parts: ClassVar = 1

    name: str
    input_shape: tuple[int, int, int]
    labels: tuple[str, ...] = field(repr=False)
    mean: tuple[float, ...]
    std: tuple[float, ...]
    train: Records = field(repr=False)
    validation: Records = field(repr=False)
    test: Records | None = field(repr=False)
    test_split: str | None
    reading: Callable[[], AbstractContextManager[None]] = field(repr=False)
    remarks: tuple[str, ...] = ()
    fingerprint: None = None

    @property
    def classes(self) -> int:
        """Number of classes."""
        return len(self.labels)

    @property
    def train_count(self) -> int:
        """The number of training images."""
        return self.train.count

    @property
    def validation_count(self) -> int:
        """The number of images held out."""
        return self.validation.count

    @property
    def default_augmentation(self) -> str:
        """The augmentation policy that suits the images: random crops, mirrored if they may be."""
        return "crop-flip" if default_augmentation(self.name) == "paper" else "crop"

    @property
    def preprocessing(self) -> Preprocessing:
        """What a network trained on these images needs to know to be served."""
        return Preprocessing(self.input_shape, self.mean, self.std, self.labels, centre_crop=True)

    def training_batches(
        self, *, batch_size: int, augmentation: str, seed: int, mixup: float = 0.0
    ) -> tf.data.Dataset:
        """Make endless batches as `streaming_training_pipeline` does, labels one-hot."""
        return streaming_training_pipeline(
            self.train,
            self.input_shape,
            BatchForm(self.mean, self.std, self.classes),
            batch_size=batch_size,
            augmentation=augmentation,
            seed=seed,
            mixup=mixup,
        )

    def validation_batches(self, *, batch_size: int, count: int) -> tf.data.Dataset:
        """Make batches of the first images held out, labels one-hot."""
        form = BatchForm(self.mean, self.std, self.classes)
        return streaming_evaluation_pipeline(
            self.validation.first(count), self.input_shape, form, batch_size=batch_size
        )

    def test_batches(self, *, batch_size: int) -> tf.data.Dataset:
        """Make batches of all test images, labels as class numbers."""
        form = BatchForm(self.mean, self.std)
        return streaming_evaluation_pipeline(
            self._test(), self.input_shape, form, batch_size=batch_size
        )

    def in_memory(self, limit: int) -> ImageDataset:
        """Read the centres of a few training images, and of the test images when asked for.

        Args:
            limit: How many training images, and how many of those held out, at most.

        Returns:
            The data set, as what works on images in memory takes it.

        Raises:
            DataError: An image cannot be read.
        """
        with self.reading():
            train = read_centre_crops(self.train.first(limit), self.input_shape)
            validation = read_centre_crops(self.validation.first(limit), self.input_shape)
        return ImageDataset(
            name=self.name,
            train_images=train[0],
            train_labels=train[1],
            validation_images=validation[0],
            validation_labels=validation[1],
            classes=self.classes,
            labels=self.labels,
            mean=self.mean,
            std=self.std,
            test_split=self.test_split,
            read_test=self._read_test,
        )

    def _read_test(self) -> tuple[Images, Labels]:
        with self.reading():
            return read_centre_crops(self._test(), self.input_shape)

    def _test(self) -> Records:
        if self.test is None:
            raise DataError(
                f"The data set {self.name!r} has no test and no validation split with labels: "
                "report the validation accuracy instead."
            )
        return self.test
