"""Pipelines from arrays to batches: an endless one to train on, a finite one to evaluate on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from memnas_tf.data.batching import BatchForm, Distortion, endless_epochs, in_order
from memnas_tf.data.checks import check_batch_size, check_seed
from memnas_tf.data.interface import Images, Labels
from memnas_tf.data.steps import steps_per_epoch
from memnas_tf.errors import DataError

_ORDER, _AUGMENTATION = 0, 1


def training_pipeline(
    images: Images,
    labels: Labels,
    *,
    mean: Sequence[float],
    std: Sequence[float],
    batch_size: int,
    augmentation: str,
    seed: int,
    classes: int | None = None,
    mixup: float = 0.0,
) -> tf.data.Dataset:
    """Make endless batches to train on: shuffled, normalised, augmented.

    Every epoch is a new permutation of the images, cut into `steps_per_epoch` full batches.

    Args:
        images: Pixels of shape (n, h, w, c), from 0 to 255.
        labels: Class of each image, shape (n,).
        mean: Mean of each channel, in pixel units.
        std: Standard deviation of each channel, in pixel units.
        batch_size: Images per batch.
        augmentation: A policy of `memnas_tf.data.augmentation.POLICIES`.
        seed: Of the order and the augmentation; 0 or more.
        classes: Give labels one-hot over so many classes, float32 (batch, classes); None for
            class numbers.
        mixup: The parameter of mixup, with one-hot labels alone; 0 for none.

    Returns:
        Batches of images, float32 (batch, h, w, c), and labels, int64 (batch,), without end:
        always give `model.fit` the `steps_per_epoch`, and `shuffle=False`, or Keras warns that
        it leaves the order alone. The dataset's method `from_epoch` gives the same batches
        without those of the epochs before the one that it is given, counted from 0.

    Raises:
        DataError: An argument is out of its range, or images and labels do not match.
    """
    form, distortion = BatchForm(mean, std, classes), Distortion(augmentation, mixup)
    _check_arrays(images, labels)
    form.check(images.shape[-1])
    distortion.check(classes)
    count = len(images)
    steps = steps_per_epoch(count, batch_size)
    size = min(batch_size, count)
    root = tf.constant((check_seed(seed), 0), tf.int64)
    pixels, numbers = _on_cpu(images, labels)

    def epoch_batches(epoch: tf.Tensor) -> tf.data.Dataset:
        epoch_seed = tf.random.fold_in(root, epoch)
        order = tf.random.experimental.stateless_shuffle(
            tf.range(count), seed=tf.random.fold_in(epoch_seed, _ORDER)
        )
        batches = tf.reshape(order[: steps * size], (steps, size))
        augmentation_seed = tf.random.fold_in(epoch_seed, _AUGMENTATION)
        return tf.data.Dataset.range(steps).map(
            lambda step: (batches[step], tf.random.fold_in(augmentation_seed, step))
        )

    def make_batch(indices: tf.Tensor, batch_seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        batch = form.batch(tf.gather(pixels, indices), tf.gather(numbers, indices))
        return distortion.apply(*batch, batch_seed)

    return endless_epochs(
        epoch_batches,
        lambda epochs: epochs.map(
            make_batch, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True
        ),
    )


def evaluation_pipeline(
    images: Images,
    labels: Labels,
    *,
    mean: Sequence[float],
    std: Sequence[float],
    batch_size: int,
    classes: int | None = None,
) -> tf.data.Dataset:
    """Make batches to evaluate on: every image once, in order, normalised.

    Args:
        images: Pixels of shape (n, h, w, c), from 0 to 255.
        labels: Class of each image, shape (n,).
        mean: Mean of each channel of the training images, in pixel units.
        std: Standard deviation of each channel of the training images, in pixel units.
        batch_size: Images per batch; the last one may hold fewer.
        classes: As for `training_pipeline`.

    Returns:
        Batches of images, float32 (batch, h, w, c), and labels, int64 (batch,).

    Raises:
        DataError: The batch size is below 1, or images and labels do not match.
    """
    form = BatchForm(mean, std, classes)
    _check_arrays(images, labels)
    form.check(images.shape[-1])
    check_batch_size(batch_size)
    pixels, numbers = _on_cpu(images, labels)

    def make_batch(start: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        window = slice(start, start + batch_size)
        return form.batch(pixels[window], numbers[window])

    starts = tf.data.Dataset.range(0, len(images), batch_size)
    return in_order(starts.map(make_batch, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True))


def _check_arrays(images: Images, labels: Labels) -> None:
    if images.ndim != 4 or images.dtype != np.uint8 or not len(images):
        raise DataError(
            f"The images are {images.dtype} of shape {images.shape}: "
            "give uint8 of shape (n, height, width, channels), n at least 1."
        )
    if labels.shape != images.shape[:1]:
        raise DataError(
            f"There are {len(images)} images but labels of shape {labels.shape}: "
            "give one class number for each image."
        )


def _on_cpu(images: Images, labels: Labels) -> tuple[tf.Tensor, tf.Tensor]:
    """Hold the arrays once, where the pipeline runs; a GPU's memory is for the network."""
    with tf.device("CPU:0"):
        return tf.convert_to_tensor(images), tf.convert_to_tensor(labels, tf.int64)
