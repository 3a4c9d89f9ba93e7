"""Image files: what their headers say, and their pixels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds
from PIL import Image

from memnas_tf.data.arrays import Images, Labels
from memnas_tf.data.image_folder import LabelledFile
from memnas_tf.data.resizing import resize_image
from memnas_tf.errors import DataError

_READ_BATCH = 256
_FORMATS = {"JPEG", "MPO", "PNG"}  # MPO: what some cameras write as .jpg, a JPEG first of all
_GREY_MODES = {"1", "L", "LA", "I", "I;16"}


def common_shape(paths: Sequence[Path]) -> tuple[int | None, int | None, int]:
    """Read the headers of images.

    Args:
        paths: The files.

    Returns:
        Height and width in pixels, each None where it differs, and channels: 1 if all are grey,
        else 3.

    Raises:
        DataError: One is no readable JPEG or PNG image.
    """
    headers = [_header(path) for path in paths]
    heights = {height for height, _, _ in headers}
    widths = {width for _, width, _ in headers}
    return (
        heights.pop() if len(heights) == 1 else None,
        widths.pop() if len(widths) == 1 else None,
        1 if all(is_grey for _, _, is_grey in headers) else 3,
    )


def read_images(
    files: Sequence[LabelledFile], shape: tuple[int, int, int]
) -> tuple[Images, Labels]:
    """Read images into memory, in the order given.

    Args:
        files: The files.
        shape: Height, width and channels to return; images of another size are resized.

    Returns:
        Pixels of shape (n, h, w, c) and labels of shape (n,).

    Raises:
        DataError: One cannot be decoded.
    """
    images = np.empty((len(files), *shape), dtype=np.uint8)
    paths = tf.data.Dataset.from_tensor_slices([str(file.path) for file in files])
    dataset = paths.map(lambda path: _decode(path, shape), num_parallel_calls=tf.data.AUTOTUNE)
    start = 0
    try:
        for batch in dataset.batch(_READ_BATCH).as_numpy_iterator():
            images[start : start + len(batch)] = batch
            start += len(batch)
    except tf.errors.OpError as error:
        raise DataError(
            f"The image {str(_first_damaged(files, shape))!r} cannot be decoded: repair it, or "
            "move it away."
        ) from error
    return images, np.array([file.label for file in files], dtype=np.int64)


def _header(path: Path) -> tuple[int, int, bool]:
    try:
        with Image.open(path) as image:
            kind, (width, height), mode = image.format, image.size, image.mode
    except (OSError, Image.DecompressionBombError) as error:
        raise DataError(
            f"The image {str(path)!r} cannot be read ({error}): repair it, or move it away."
        ) from error
    if kind not in _FORMATS:
        raise DataError(f"The image {str(path)!r} is {kind} in truth: convert it to JPEG or PNG.")
    return height, width, mode in _GREY_MODES


def _decode(path: tf.Tensor, shape: tuple[int, int, int]) -> tf.Tensor:
    feature = tfds.features.Image(shape=(None, None, shape[2]))
    image = feature.decode_example(tf.io.read_file(path))
    # Of the same size it stays as it is.
    return tf.ensure_shape(resize_image(image, shape[:2]), shape)


def _first_damaged(files: Sequence[LabelledFile], shape: tuple[int, int, int]) -> Path:
    for file in files:
        try:
            _decode(tf.constant(str(file.path)), shape)
        except tf.errors.OpError:
            return file.path
    return files[0].path.parent  # read now, and not a moment ago
