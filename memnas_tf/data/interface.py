"""What a training asks of a data set, wherever its images lie. Needs no TensorFlow."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from memnas_tf.preprocessing import Preprocessing

Images = NDArray[np.uint8]  # of shape (n, height, width, channels)
Labels = NDArray[np.int64]  # of shape (n,)


class TrainingData(Protocol):
    """Labelled images to train on, to hold out and to test on.

    Batches are whatever Keras's `fit` and `evaluate` take. Those to train on are endless, depend
    on their arguments alone, and have a method `from_epoch` that gives those of later epochs.
    """

    @property
    def name(self) -> str:
        """The name it was loaded by."""

    @property
    def train_count(self) -> int:
        """The number of training images."""

    @property
    def validation_count(self) -> int:
        """The number of images held out."""

    @property
    def test_split(self) -> str | None:
        """The split to test on; None where there is none with labels."""

    @property
    def parts(self) -> int:
        """The parts that an epoch comes in; `from_epoch` counts them, and each is kept."""

    @property
    def streamed(self) -> bool:
        """Whether the images are read from disk in every epoch, and cropped there."""

    @property
    def fingerprint(self) -> str | None:
        """What tells the content from others by the same name; None where the name does."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a person should know of the images, such as classes that are too small."""

    @property
    def default_augmentation(self) -> str:
        """The augmentation policy that suits the images."""

    @property
    def preprocessing(self) -> Preprocessing:
        """What a network trained on these images needs to know to be served."""

    def reading(self) -> AbstractContextManager[None]:
        """Open a block in which an image that cannot be read is an error of this set."""

    def training_batches(
        self, *, batch_size: int, augmentation: str, seed: int, mixup: float = 0.0
    ) -> Any:
        """Make endless batches of training images.

        Args:
            batch_size: Images per batch.
            augmentation: A policy of `memnas_tf.data.augmentation.POLICIES`.
            seed: Of the order and the augmentation, 0 or more.
            mixup: The parameter of mixup; 0 for none.

        Returns:
            Normalised images, float32 (batch, h, w, c), and one-hot labels, float32 (batch,
            classes).
        """

    def validation_batches(self, *, batch_size: int, count: int) -> Any:
        """Make batches of the first images held out.

        Args:
            batch_size: Images per batch, at most; the last has the rest.
            count: How many images.

        Returns:
            As `training_batches`, once through.
        """

    def test_batches(self, *, batch_size: int) -> Any:
        """Make batches of all test images.

        Args:
            batch_size: Images per batch, at most; the last has the rest.

        Returns:
            Normalised images, float32 (batch, h, w, c), and class numbers, int64 (batch,).
        """
