"""Load a data set by its name or path, split for a search or a training.

A search trains on one part of the training split and is guided by the rest of it; the test
split is left alone until the search is over.
"""

from __future__ import annotations

import os
from functools import partial

from memnas_tf.data.checks import check_image_size, check_loading, check_seed
from memnas_tf.data.class_counts import small_classes, told
from memnas_tf.data.dataset import ImageDataset
from memnas_tf.data.interface import Images, Labels
from memnas_tf.data.sources import ImageSource, NamedSource, open_source
from memnas_tf.data.splitting import split_indices
from memnas_tf.data.statistics import channel_statistics
from memnas_tf.errors import DataError

__all__ = ["ImageDataset", "load_dataset"]

TEST_SPLITS = ("test", "validation")


def load_dataset(
    name: str,
    data_dir: str | os.PathLike[str] | None = None,
    *,
    validation_fraction: float = 0.1,
    seed: int = 0,
    image_size: tuple[int, int] | None = None,
    limit: int | None = None,
    download: bool = True,
) -> ImageDataset:
    """Load an image classification set into memory.

    The same arguments give the same arrays, in the same order. Of every class its share is held
    out, and of one with two images or more at least one; a class that has no image to train on,
    to validate on, or in a test split made here, is told of by a warning of the logger.

    Args:
        name: A name that tensorflow_datasets knows, such as `cifar10`, `emnist/letters` or
            `mnist:3.0.1`; or `digits`, which needs no download; or the path of a folder of
            images, laid out as `memnas_tf.data.image_folder.find_images` tells.
        data_dir: Folder of prepared data sets; None is tensorflow_datasets' own default.
        validation_fraction: Part of the training split to hold out, at least 0 and below 1; 0
            leaves no validation images.
        seed: Chooses which images are held out, and a folder's order of images; 0 or more.
        image_size: Height and width to resize every image to, in pixels, without keeping its
            aspect ratio. Needed where the images of a set differ in size.
        limit: Use only so many images of the training split, at least 2: of a folder some of
            every class, of a set of tensorflow_datasets the first.
        download: Whether to download a set that is not on disk.

    Returns:
        Training and validation images, and the way to the test images.

    Raises:
        DataError: The set is unknown, not there, or not for image classification, or an
            argument is out of its range.

    Example:
        >>> data = load_dataset("digits")
        >>> data.input_shape, data.classes, len(data.train_images)
        ((8, 8, 1), 10, 1298)
    """
    check_loading(validation_fraction, image_size, limit)
    check_seed(seed)
    source = open_source(name, data_dir, seed)
    shape = _final_shape(source, image_size)
    source.prepare(download=download)
    images, labels = source.read("train", limit, shape)
    train, validation = split_indices(labels, validation_fraction, seed)
    train_images = images[train]
    mean, std = channel_statistics(train_images)
    there = [split for split in TEST_SPLITS if split in source.splits]
    # Of ImageNet, tensorflow_datasets may have a test split whose labels nobody knows.
    test_split = next(filter(source.has_labels, there), there[0] if there else None)
    if test_split is not None:
        source.check(test_split)  # now, and not after a search
    parts = {"train": labels[train]}
    if validation_fraction:
        parts["validate"] = labels[validation]
    if source.test_labels is not None:
        parts["test"] = source.test_labels
    advice = "add images, or leave the class out" if limit is None else "raise the limit of images"
    return ImageDataset(
        name=source.name,
        train_images=train_images,
        train_labels=labels[train],
        validation_images=images[validation],
        validation_labels=labels[validation],
        classes=len(source.features.labels),
        labels=source.features.labels,
        mean=mean,
        std=std,
        test_split=test_split,
        read_test=partial(_read_test, source, test_split, shape),
        fingerprint=source.fingerprint,
        remarks=tuple(told(small_classes(source.features.labels, parts, advice))),
    )


def dataset_shape(
    name: str,
    data_dir: str | os.PathLike[str] | None = None,
    image_size: tuple[int, int] | None = None,
    varying_size: tuple[int, int] | None = None,
) -> tuple[tuple[int, int, int], int]:
    """Look up what `load_dataset` will return, without loading or downloading anything.

    Args:
        name: As for `load_dataset`.
        data_dir: As for `load_dataset`.
        image_size: As for `load_dataset`.
        varying_size: Height and width of a set of tensorflow_datasets whose images differ in size
            and that no image size is given for; None refuses it.

    Returns:
        Height, width and channels of every image, and the number of classes.

    Raises:
        DataError: The set is unknown or not for image classification, or the image size is out
            of its range.
    """
    check_image_size(image_size)
    source = open_source(name, data_dir, seed=0)
    if isinstance(source, NamedSource) and None in source.features.shape:
        image_size = image_size or varying_size
    return _final_shape(source, image_size), len(source.features.labels)


def _final_shape(source: ImageSource, image_size: tuple[int, int] | None) -> tuple[int, int, int]:
    """Return the height, width and channels that all images will have."""
    height, width, channels = source.features.shape
    if image_size is not None:
        height, width = image_size
    if height is None or width is None:
        raise DataError(
            f"The images of {source.name!r} differ in size: set one with image_size.",
            arguments=("image_size",),
        )
    return height, width, channels


def _read_test(
    source: ImageSource, split: str | None, shape: tuple[int, int, int]
) -> tuple[Images, Labels]:
    if split is None:
        raise DataError(
            f"The data set {source.name!r} has no test and no validation split (it has: "
            f"{', '.join(source.splits)}): report the validation accuracy instead."
        )
    return source.read(split, None, shape)
