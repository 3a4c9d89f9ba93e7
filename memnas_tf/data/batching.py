"""What every pipeline does alike: with a batch of pixels, and around its batches.

What a trial sees must not depend on how many trials ran before it in the same process. So the
order and the augmentation of every epoch are pure functions of the seed and the epoch's number:
each new iterator, hence each `model.fit`, starts at epoch 0 and replays the same batches. Training
that was cut off goes on with `dataset.from_epoch(n)`, which makes nothing of the epochs before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import tensorflow as tf

from memnas_tf.data.augmentation import augment, check_policy, normalize
from memnas_tf.data.mixup import mixup as mix
from memnas_tf.errors import DataError

_EPOCHS = 2**31  # More than anyone trains for.
_MIXUP = 1000  # beyond the steps of any augmentation policy


@dataclass(frozen=True)
class BatchForm:
    """What a network takes: how pixels and class numbers are scaled and encoded.

    Attributes:
        mean: Mean of each channel, in pixel units.
        std: Standard deviation of each channel, in pixel units, above 0.
        classes: Give labels one-hot over so many classes, float32 (batch, classes); None for
            class numbers.
    """

    mean: Sequence[float]
    std: Sequence[float]
    classes: int | None = None

    def check(self, channels: int) -> None:
        """Refuse a scale that images cannot be brought to.

        Args:
            channels: Channels of the images.

        Raises:
            DataError: There is not one number per channel, or a deviation is not above 0.
        """
        mean, std = tuple(self.mean), tuple(self.std)
        if len(mean) != channels or len(std) != channels or not all(value > 0 for value in std):
            raise DataError(
                f"The mean is {mean} and the deviation {std}: "
                f"give one number for each of {channels} channels, deviations above 0."
            )

    def batch(self, images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Scale and encode a batch.

        Args:
            images: Pixels of shape (batch, h, w, c), from 0 to 255.
            labels: Class of each image, shape (batch,).

        Returns:
            Images of the same shape, float32, and labels.
        """
        images = normalize(images, self.mean, self.std)
        if self.classes is None:
            return images, labels
        return images, tf.one_hot(labels, self.classes, dtype=tf.float32)


@dataclass(frozen=True)
class Distortion:
    """What is done to a training batch at random.

    Attributes:
        augmentation: A policy of `memnas_tf.data.augmentation.POLICIES`.
        mixup: The parameter of mixup, with one-hot labels alone; 0 for none.
        cropped: Whether the images are random crops already, and need no other.
    """

    augmentation: str
    mixup: float = 0.0
    cropped: bool = False

    def check(self, classes: int | None) -> None:
        """Refuse what cannot be done.

        Args:
            classes: The number of classes of one-hot labels; None for class numbers.

        Raises:
            DataError: There is no such policy, or labels cannot be mixed.
        """
        check_policy(self.augmentation)
        if self.mixup and (classes is None or not self.mixup > 0):
            raise DataError(
                f"The mixup is {self.mixup} and the number of classes {classes}: give a mixup of "
                "0 or more, and the number of classes, as mixed labels are one-hot."
            )

    def apply(
        self, images: tf.Tensor, labels: tf.Tensor, seed: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Augment and mix a batch.

        Args:
            images: Normalised images of shape (batch, h, w, c).
            labels: Their labels; one-hot, if they are to be mixed.
            seed: Two integers.

        Returns:
            Images and labels of the same shapes.
        """
        images = augment(images, self.augmentation, seed, cropped=self.cropped)
        if self.mixup:
            return mix(images, labels, self.mixup, tf.random.fold_in(seed, _MIXUP))
        return images, labels


def endless_epochs(
    epoch: Callable[[tf.Tensor], tf.data.Dataset],
    batches: Callable[[tf.data.Dataset], tf.data.Dataset],
) -> tf.data.Dataset:
    """Make a dataset of epoch after epoch, without end.

    Args:
        epoch: Makes what an epoch's batches are made of, from the epoch's number.
        batches: Makes batches of that.

    Returns:
        The dataset. Its method `from_epoch` gives the same batches without those of the epochs
        before the one that it is given, counted from 0.
    """

    def from_epoch(first: int) -> tf.data.Dataset:
        dataset = batches(tf.data.Dataset.range(first, _EPOCHS).flat_map(epoch))
        # flat_map hides that there is no end, which readers of the cardinality want to know.
        endless = tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY)
        return in_order(dataset.apply(endless))

    dataset = from_epoch(0)
    dataset.from_epoch = from_epoch
    return dataset


def in_order(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """Fix the order of a dataset's batches, and make the next ones while one is used.

    Args:
        dataset: Batches.

    Returns:
        The dataset.
    """
    options = tf.data.Options()
    options.deterministic = True
    return dataset.with_options(options).prefetch(tf.data.AUTOTUNE)
