"""Pipelines from images on disk to batches, for sets that are too large for memory.

They give what those of `memnas_tf.data.pipeline` give from arrays: the same batches for the same
seed, from any epoch on. The order is as random as reading in a row allows: the files in random
order, sixteen of them at once, and the images shuffled within windows of `WINDOW` images.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from memnas_tf.data.augmentation import crops
from memnas_tf.data.batching import BatchForm, Distortion, endless_epochs, in_order
from memnas_tf.data.checks import check_batch_size, check_memory, check_seed
from memnas_tf.data.cropping import decode_centre_crop, decode_random_crop
from memnas_tf.data.interface import Images, Labels
from memnas_tf.data.records import Records
from memnas_tf.data.steps import steps_per_epoch

WINDOW = 2048
_FILES, _WINDOWS, _CROPS, _AUGMENTATION = range(4)


def streaming_training_pipeline(
    records: Records,
    shape: tuple[int, int, int],
    form: BatchForm,
    *,
    batch_size: int,
    augmentation: str,
    seed: int,
    mixup: float = 0.0,
) -> tf.data.Dataset:
    """Make endless batches to train on: shuffled, cropped, normalised, augmented.

    Every epoch reads all images once, and makes `steps_per_epoch` full batches.

    Args:
        records: The training images.
        shape: Height, width and channels of the images to make.
        form: What the network takes.
        batch_size: Images per batch.
        augmentation: A policy. Its random crop is one of random area and aspect, out of the whole
            image; a policy without a crop trains on the centre.
        seed: Of the order and the augmentation; 0 or more.
        mixup: The parameter of mixup, with one-hot labels alone; 0 for none.

    Returns:
        As `memnas_tf.data.pipeline.training_pipeline`.

    Raises:
        DataError: An argument is out of its range.
    """
    at_random = crops(augmentation)
    distortion = Distortion(augmentation, mixup, cropped=at_random)
    distortion.check(form.classes)
    form.check(shape[2])
    steps = steps_per_epoch(records.count, batch_size)
    size = min(batch_size, records.count)
    root = tf.constant((check_seed(seed), 0), tf.int64)

    def epoch_images(epoch: tf.Tensor) -> tf.data.Dataset:
        epoch_seed = tf.random.fold_in(root, epoch)
        windows_seed, crops_seed = (
            tf.random.fold_in(epoch_seed, purpose) for purpose in (_WINDOWS, _CROPS)
        )
        mixed = records.read_mixed(tf.random.fold_in(epoch_seed, _FILES))
        images = _shuffled(mixed, windows_seed).take(steps * size).enumerate()
        return images.map(lambda place, record: (record, tf.random.fold_in(crops_seed, place)))

    def decode(record: tf.Tensor, crop_seed: tf.Tensor) -> tuple[tf.Tensor, ...]:
        encoded, label = records.parse(record)
        if at_random:
            return decode_random_crop(encoded, shape, crop_seed), label, crop_seed
        return decode_centre_crop(encoded, shape), label, crop_seed

    def make_batch(
        pixels: tf.Tensor, labels: tf.Tensor, seeds: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        # The first image's seed tells the epoch and the place in it.
        return distortion.apply(
            *form.batch(pixels, labels), tf.random.fold_in(seeds[0], _AUGMENTATION)
        )

    def batches(images: tf.data.Dataset) -> tf.data.Dataset:
        decoded = _mapped(images, decode).batch(size, drop_remainder=True)
        return _mapped(decoded, make_batch)

    return endless_epochs(epoch_images, batches)


def streaming_evaluation_pipeline(
    records: Records, shape: tuple[int, int, int], form: BatchForm, *, batch_size: int
) -> tf.data.Dataset:
    """Make batches to evaluate on: the centre of every image once, in order, normalised.

    Args:
        records: The images.
        shape: Height, width and channels of the images to make.
        form: What the network takes.
        batch_size: Images per batch; the last one may hold fewer.

    Returns:
        Batches of images, float32 (batch, h, w, c), and labels.

    Raises:
        DataError: The batch size is below 1, or the form does not fit.
    """
    form.check(shape[2])
    check_batch_size(batch_size)
    centres = centre_crops(records, shape)
    # A part of a file is read as far as it goes: only we know how many images that is.
    count = tf.data.experimental.assert_cardinality(-(-records.count // batch_size))
    return in_order(_mapped(centres.batch(batch_size), form.batch).apply(count))


def centre_crops(records: Records, shape: tuple[int, int, int]) -> tf.data.Dataset:
    """Decode the centre of every image, in order.

    Args:
        records: The images.
        shape: Height, width and channels of the images to make.

    Returns:
        Images, uint8 of that shape, and classes.
    """

    def decode(record: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        encoded, label = records.parse(record)
        return decode_centre_crop(encoded, shape), label

    return _mapped(records.read(), decode)


def read_centre_crops(records: Records, shape: tuple[int, int, int]) -> tuple[Images, Labels]:
    """Read the centre of every image into memory.

    Args:
        records: The images.
        shape: Height, width and channels of the images to make.

    Returns:
        Pixels of shape (n, h, w, c) and labels of shape (n,).

    Raises:
        DataError: They take more memory than there is.
    """
    check_memory("a part of the data set", (records.count, *shape))
    images = np.empty((records.count, *shape), dtype=np.uint8)
    labels = np.empty(records.count, dtype=np.int64)
    for place, (image, label) in enumerate(centre_crops(records, shape).as_numpy_iterator()):
        images[place], labels[place] = image, label
    return images, labels


def _shuffled(records: tf.data.Dataset, seed: tf.Tensor) -> tf.data.Dataset:
    """Shuffle within windows.

    Not by `Dataset.shuffle`, whose order depends on the global seed as well.
    """

    def shuffle(window: tf.Tensor, strings: tf.Tensor) -> tf.Tensor:
        places = tf.range(tf.shape(strings)[0])
        window_seed = tf.random.fold_in(seed, window)
        return tf.gather(strings, tf.random.experimental.stateless_shuffle(places, window_seed))

    return records.batch(WINDOW).enumerate().map(shuffle).prefetch(1).unbatch()


def _mapped(dataset: tf.data.Dataset, function: object) -> tf.data.Dataset:
    return dataset.map(function, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
