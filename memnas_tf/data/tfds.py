"""Find, check, prepare and read an image classification set of tensorflow_datasets."""

from __future__ import annotations

import contextlib
import difflib
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds

from memnas_tf.data.checks import check_memory
from memnas_tf.data.class_names import fault_of_names
from memnas_tf.data.decoding import CHANNELS, decode_image
from memnas_tf.data.digits import Digits
from memnas_tf.data.interface import Images, Labels
from memnas_tf.data.resizing import resize_image
from memnas_tf.errors import DataError

_READ_BATCH = 256


@dataclass(frozen=True)
class ImageFeatures:
    """Describe the images of a set.

    Attributes:
        shape: Height, width and channels; a side that varies between images is None.
        labels: Name of each class.
    """

    shape: tuple[int | None, int | None, int]
    labels: tuple[str, ...]


def find_builder(name: str, data_dir: str | None) -> Any:
    """Find a data set by its name.

    Args:
        name: A name that tensorflow_datasets knows: `name`, `name/config` or `name:version`.
        data_dir: Folder of prepared data sets; None is tensorflow_datasets' own default.

    Returns:
        Its `tfds.core.DatasetBuilder`.

    Raises:
        DataError: There is no such data set, configuration or version.
    """
    try:
        return tfds.builder(name, data_dir=data_dir)
    except tfds.core.DatasetNotFoundError as error:
        raise DataError(
            f"Unknown data set {name!r}, and no folder of that name: {_suggest(name)}"
        ) from error
    except Exception as error:  # Each data set is a program: it can raise anything.
        raise DataError(
            f"The data set {name!r} cannot be opened ({_first_line(error)}): check the name, "
            "configuration and version, as in 'emnist/letters' or 'cifar10:3.0.2'."
        ) from error


def read_features(name: str, builder: Any) -> ImageFeatures:
    """Check that a set is one image and one class label per example.

    Args:
        name: Its name, for the message.
        builder: Its builder.

    Returns:
        What its images and labels are.

    Raises:
        DataError: It has no 8-bit image, or no class label.
    """
    keys, features = builder.info.supervised_keys, builder.info.features
    advice = "choose an image classification set, such as cifar10, mnist or digits."
    if not (isinstance(keys, tuple) and len(keys) == 2 and all(key in features for key in keys)):
        raise DataError(f"The data set {name!r} has no (image, label) pairs: {advice}")
    image, label = features[keys[0]], features[keys[1]]
    if not isinstance(image, tfds.features.Image):
        raise DataError(f"The data set {name!r} has no images, its input is {image}: {advice}")
    if not isinstance(label, tfds.features.ClassLabel) or not label.num_classes:
        raise DataError(f"The data set {name!r} has no class labels, but {label}: {advice}")
    height, width, channels = image.shape
    if np.dtype(image.np_dtype) != np.uint8 or channels not in CHANNELS:
        raise DataError(f"The images of {name!r} are {image}, not 8-bit: {advice}")
    fault = fault_of_names(label.names)
    if fault is not None:
        raise DataError(f"Of the data set {name!r} {fault}: rename the class where it is made.")
    return ImageFeatures((height, width, channels), tuple(label.names))


def prepare(name: str, builder: Any, *, download: bool) -> None:
    """Have the data on disk.

    Args:
        name: Its name, for the message.
        builder: Its builder.
        download: Whether to download what is not on disk. `digits` needs no download.

    Raises:
        DataError: The data is not on disk, and cannot or must not be downloaded.
    """
    if builder.data_path.exists():
        return
    generated = isinstance(builder, Digits)
    if not download and not generated:
        raise DataError(
            f"The data set {name!r} is not in {builder.data_dir}, and downloading is off: "
            "name the folder that holds it as data_dir, or allow the download."
        )
    # What tensorflow_datasets says about a download is for the person who waits for it, not
    # part of a program's output; the digits take no time and need no word.
    chatter = io.StringIO() if generated else sys.stderr
    try:
        with contextlib.redirect_stdout(chatter), contextlib.redirect_stderr(chatter):
            # The public bucket of prepared sets is a network access that may hang: not needed.
            config = tfds.download.DownloadConfig(try_download_gcs=False)
            builder.download_and_prepare(download_config=config)
    except DataError:
        raise
    except Exception as error:  # Each data set is a program: it can raise anything.
        raise DataError(
            f"The data set {name!r} is not in {builder.data_dir} and could not be prepared "
            f"({_first_line(error)}): prepare it there first, or name another data_dir."
        ) from error


def check_split(name: str, builder: Any, split: str) -> None:
    """Refuse a split that a set does not have.

    Args:
        name: Name of the set, for the message.
        builder: Its builder, prepared.
        split: Name of the split.

    Raises:
        DataError: There is no such split.
    """
    splits = builder.info.splits
    if split not in splits:
        there = ", ".join(splits) or "none"
        raise DataError(
            f"The data set {name!r} has no split {split!r} (it has: {there}): "
            "choose another data set or configuration."
        )


@contextlib.contextmanager
def reading(name: str, builder: Any) -> Iterator[None]:
    """Say which set it is whose files turn out damaged, or gone, within the block.

    Args:
        name: Name of the set.
        builder: Its builder.

    Yields:
        Nothing.

    Raises:
        DataError: If a file cannot be read.
    """
    try:
        yield
    except (
        tf.errors.DataLossError,
        tf.errors.InvalidArgumentError,
        tf.errors.NotFoundError,
    ) as error:
        raise DataError(
            f"The files of {name!r} in {builder.data_dir} are damaged ({_first_line(error)}): "
            "delete that folder and load the data set again."
        ) from error


def read_split(
    name: str, builder: Any, split: str, count: int | None, shape: tuple[int, int, int]
) -> tuple[Images, Labels]:
    """Read images and labels into memory, always in the same order.

    Args:
        name: Name of the set, for the message.
        builder: Its builder, prepared.
        split: Name of the split.
        count: Read only the first so many; None is all.
        shape: Height, width and channels to return; images of another size are resized.

    Returns:
        Pixels of shape (n, h, w, c) and labels of shape (n,).

    Raises:
        DataError: There is no such split, its files are damaged, or its labels are withheld.
    """
    check_split(name, builder, split)
    examples = builder.info.splits[split].num_examples
    count = examples if count is None else min(count, examples)
    check_memory(f"split {split!r} of {name!r}", (count, *shape))
    images = np.empty((count, *shape), dtype=np.uint8)
    labels = np.empty(count, dtype=np.int64)
    image_key, _ = builder.info.supervised_keys
    dataset = builder.as_dataset(
        split=f"{split}[:{count}]",
        as_supervised=True,
        decoders={image_key: tfds.decode.SkipDecoding()},
        shuffle_files=False,
        # The images are kept once, here; tensorflow_datasets would keep them a second time.
        read_config=tfds.ReadConfig(try_autocache=False),
    )
    dataset = dataset.map(partial(_decode, shape), num_parallel_calls=tf.data.AUTOTUNE)
    start = 0
    with reading(name, builder):
        for batch, batch_labels in dataset.batch(_READ_BATCH).as_numpy_iterator():
            images[start : start + len(batch)] = batch
            labels[start : start + len(batch)] = batch_labels
            start += len(batch)
    if labels.min(initial=0) < 0:
        raise DataError(
            f"The labels of split {split!r} of {name!r} are withheld (they are -1): "
            "choose a data set whose labels are public."
        )
    return images, labels


def _decode(
    shape: tuple[int, int, int], encoded: tf.Tensor, label: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    # Of the same size an image stays as it is.
    image = resize_image(decode_image(encoded, shape[2]), shape[:2])
    return tf.ensure_shape(image, shape), label


def _suggest(name: str) -> str:
    """Say which known names are close to one that is not known."""
    # Community sets are listed in a bucket: leave them out, so that this works offline.
    known = tfds.list_builders(with_community_datasets=False)
    close = difflib.get_close_matches(re.split("[/:]", name)[0], known, n=3)
    if close:
        return f"did you mean {' or '.join(close)}?"
    return "use a name of tfds.list_builders(), such as digits, mnist, cifar10 or fashion_mnist."


def _first_line(error: Exception) -> str:
    """Shorten another library's message to a part of a sentence."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:200].rstrip(".: ")
