"""A data set of labelled images, in memory."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import ClassVar

import tensorflow as tf

from memnas_tf.data.augmentation import default_augmentation
from memnas_tf.data.interface import Images, Labels
from memnas_tf.data.pipeline import evaluation_pipeline, training_pipeline
from memnas_tf.preprocessing import Preprocessing


@dataclass(frozen=True, eq=False)
class ImageDataset:
    """Hold the images that a search sees, and the way to the test images that it must not see.

    Attributes:
        name: The name it was loaded by; of a folder of images the folder's own.
        train_images: Pixels of shape (n, h, w, c), from 0 to 255.
        train_labels: Class of each training image, shape (n,).
        validation_images: Images held out of the training split, same form.
        validation_labels: Class of each of them.
        classes: Number of classes.
        labels: Name of each class.
        mean: Mean of each channel of the training images, in pixel units from 0 to 255.
        std: Standard deviation of each channel of the training images, in pixel units.
        test_split: The split that `load_test` reads; None where the set has none.
        read_test: Reads that split; call `load_test` instead.
        fingerprint: What tells the files of a folder of images from others; None for a set whose
            name tells what it is.
        remarks: What a person should know of the images, such as classes that are too small.
        streamed: False, as opposed to a `StreamedDataset`.
        parts: 1, as an epoch comes as a whole.
    """

    streamed: ClassVar = False
    parts: ClassVar = 1

    name: str
    train_images: Images = field(repr=False)
    train_labels: Labels = field(repr=False)
    validation_images: Images = field(repr=False)
    validation_labels: Labels = field(repr=False)
    classes: int
    labels: tuple[str, ...] = field(repr=False)
    mean: tuple[float, ...]
    std: tuple[float, ...]
    test_split: str | None
    read_test: Callable[[], tuple[Images, Labels]] = field(repr=False)
    fingerprint: str | None = None
    remarks: tuple[str, ...] = ()

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of every image."""
        height, width, channels = self.train_images.shape[1:]
        return height, width, channels

    @property
    def train_count(self) -> int:
        """The number of training images."""
        return len(self.train_images)

    @property
    def validation_count(self) -> int:
        """The number of images held out."""
        return len(self.validation_images)

    @property
    def default_augmentation(self) -> str:
        """The augmentation policy that suits the images."""
        return default_augmentation(self.name)

    @property
    def preprocessing(self) -> Preprocessing:
        """What a network trained on these images needs to know to be served."""
        return Preprocessing(self.input_shape, self.mean, self.std, self.labels)

    def load_test(self) -> tuple[Images, Labels]:
        """Read the test images: once, at the end, for the figure to report.

        Returns:
            Pixels of shape (n, h, w, c) and labels of shape (n,).

        Raises:
            DataError: The set has neither a test nor a validation split, or it cannot be read.
        """
        return self.read_test()

    def reading(self) -> AbstractContextManager[None]:
        """Do nothing: the images have been read."""
        return nullcontext()

    def training_batches(
        self, *, batch_size: int, augmentation: str, seed: int, mixup: float = 0.0
    ) -> tf.data.Dataset:
        """Make endless batches of training images, as `training_pipeline` does, labels one-hot."""
        return training_pipeline(
            self.train_images,
            self.train_labels,
            mean=self.mean,
            std=self.std,
            batch_size=batch_size,
            augmentation=augmentation,
            seed=seed,
            classes=self.classes,
            mixup=mixup,
        )

    def validation_batches(self, *, batch_size: int, count: int) -> tf.data.Dataset:
        """Make batches of the first images held out, labels one-hot."""
        return evaluation_pipeline(
            self.validation_images[:count],
            self.validation_labels[:count],
            mean=self.mean,
            std=self.std,
            batch_size=batch_size,
            classes=self.classes,
        )

    def test_batches(self, *, batch_size: int) -> tf.data.Dataset:
        """Make batches of all test images, labels as class numbers."""
        return evaluation_pipeline(
            *self.load_test(), mean=self.mean, std=self.std, batch_size=batch_size
        )
