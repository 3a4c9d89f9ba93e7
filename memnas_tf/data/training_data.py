"""Load a data set to train on: into memory where it fits, else to be read from disk.

A set of tensorflow_datasets is streamed if its images differ in size and none was asked for, or if
they would take more than `IN_MEMORY` bytes. Both are properties of the set, not of the machine, so
that the same training is the same everywhere.
"""

from __future__ import annotations

import os

import numpy as np

from memnas_tf.data.checks import check_loading, check_seed
from memnas_tf.data.class_counts import small_classes, told
from memnas_tf.data.dataset import ImageDataset
from memnas_tf.data.loading import TEST_SPLITS, load_dataset
from memnas_tf.data.records import Records
from memnas_tf.data.sources import NamedSource, open_source
from memnas_tf.data.splitting import count_held_out
from memnas_tf.data.statistics import channel_statistics
from memnas_tf.data.streamed_dataset import StreamedDataset
from memnas_tf.data.streaming_pipeline import read_centre_crops
from memnas_tf.errors import DataError

STREAMED_SIZE = (224, 224)  # where none is asked for: ImageNet's
IN_MEMORY = 2 * 10**9
STATISTICS_IMAGES = 1024


def load_training_data(
    name: str,
    data_dir: str | os.PathLike[str] | None = None,
    *,
    validation_fraction: float = 0.0,
    seed: int = 0,
    image_size: tuple[int, int] | None = None,
    limit: int | None = None,
    download: bool = True,
) -> ImageDataset | StreamedDataset:
    """Load an image classification set to train on.

    Args:
        name: As for `memnas_tf.data.loading.load_dataset`.
        data_dir: As there.
        validation_fraction: As there. Of a streamed set the last images are held out, as
            tensorflow_datasets has them in random order already.
        seed: As there.
        image_size: Height and width that every image is brought to, in pixels.
        limit: As there.
        download: As there.

    Returns:
        An `ImageDataset`, or a `StreamedDataset`.

    Raises:
        DataError: As there.
    """
    check_loading(validation_fraction, image_size, limit)
    check_seed(seed)
    source = open_source(name, data_dir, seed)
    if isinstance(source, NamedSource):
        source.prepare(download=download)
        shape = _streamed_shape(source, image_size, limit)
        if shape is not None:
            return _stream(source, shape, validation_fraction, limit)
    return load_dataset(
        name,
        data_dir,
        validation_fraction=validation_fraction,
        seed=seed,
        image_size=image_size,
        limit=limit,
        download=download,
    )


def load_streamed(
    name: str,
    data_dir: str | os.PathLike[str] | None = None,
    *,
    shape: tuple[int, int, int],
    validation_fraction: float = 0.0,
    limit: int | None = None,
) -> StreamedDataset:
    """Load a set of tensorflow_datasets to be streamed, whatever its size.

    Args:
        name: As for `load_training_data`; the set has to be on disk.
        data_dir: As there.
        shape: Height, width and channels to bring every image to.
        validation_fraction: As there.
        limit: As there.

    Returns:
        The data set.

    Raises:
        DataError: As there, or it is a folder of images.
    """
    source = open_source(name, data_dir, seed=0)
    if not isinstance(source, NamedSource):
        raise DataError(f"{name!r} is a folder of images, which is not streamed.")
    source.prepare(download=False)
    return _stream(source, shape, validation_fraction, limit)


def _streamed_shape(
    source: NamedSource, image_size: tuple[int, int] | None, limit: int | None
) -> tuple[int, int, int] | None:
    """Return the shape that images are brought to when they are streamed; None if they are not."""
    *own_size, channels = source.features.shape
    height, width = image_size or own_size
    if height is None or width is None:
        return (*STREAMED_SIZE, channels)
    if source.count("train", limit) * height * width * channels > IN_MEMORY:
        return height, width, channels
    return None


def _stream(
    source: NamedSource,
    shape: tuple[int, int, int],
    validation_fraction: float,
    limit: int | None,
) -> StreamedDataset:
    count = source.count("train", limit)
    kept = count - count_held_out(count, validation_fraction)
    train = source.records("train", 0, kept)
    with source.reading():
        images, _ = read_centre_crops(train.first(STATISTICS_IMAGES), shape)
        there = [split for split in TEST_SPLITS if split in source.splits]
        test_split = next(filter(source.has_labels, there), None)
        validation = source.records("train", kept, count) if kept < count else train.first(0)
        remarks = _remarks(source, validation) if validation.count else []
    mean, std = channel_statistics(images)
    return StreamedDataset(
        name=source.name,
        input_shape=shape,
        labels=source.features.labels,
        mean=mean,
        std=std,
        train=train,
        validation=validation,
        test=None if test_split is None else source.records(test_split),
        test_split=test_split,
        reading=source.reading,
        remarks=tuple(remarks),
    )


def _remarks(source: NamedSource, validation: Records) -> list[str]:
    labels = validation.read().map(lambda record: validation.parse(record)[1])
    counted = np.fromiter(labels.as_numpy_iterator(), np.int64)
    # Whoever prepared the set may have left it sorted by class.
    advice = (
        "hold out more of the set, and have it in random order, as its last images are held out"
    )
    return told(small_classes(source.features.labels, {"validate": counted}, advice))
