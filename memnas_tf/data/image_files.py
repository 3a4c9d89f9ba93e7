"""The pixels of image files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from memnas_tf.data.decoding import decode_image
from memnas_tf.data.image_folder import LabelledFile, class_numbers
from memnas_tf.data.image_headers import read_content, read_header
from memnas_tf.data.interface import Images, Labels
from memnas_tf.data.resizing import resize_image
from memnas_tf.errors import DataError

_READ_BATCH = 256


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
    headers = [read_header(path) for path in paths]
    heights = {header.height for header in headers}
    widths = {header.width for header in headers}
    return (
        heights.pop() if len(heights) == 1 else None,
        widths.pop() if len(widths) == 1 else None,
        1 if all(header.is_grey for header in headers) else 3,
    )


def read_image(path: Path, channels: int) -> Images:
    """Read one image file.

    Args:
        path: The file.
        channels: 1, 3 or 4, whatever the file has.

    Returns:
        Pixels of shape (height, width, channels).

    Raises:
        DataError: It is no readable JPEG or PNG image.
    """
    content = read_content(path)
    try:
        pixels: Images = decode_image(tf.constant(content), channels).numpy()
    except tf.errors.OpError as error:
        raise DataError(_undecodable(path)) from error
    return pixels


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
    start = 0
    # Of the same size they stay as they are.
    for batch in _decoded(files, shape[2], lambda image: resize_image(image, shape[:2])):
        images[start : start + len(batch)] = batch
        start += len(batch)
    return images, class_numbers(files)


def check_images(files: Sequence[LabelledFile]) -> None:
    """Decode images, and keep nothing.

    Args:
        files: The files.

    Raises:
        DataError: One cannot be decoded.
    """
    for _ in _decoded(files, 3, lambda image: tf.shape(image)):
        pass


def _decoded(
    files: Sequence[LabelledFile], channels: int, then: Callable[[tf.Tensor], tf.Tensor]
) -> Iterator[NDArray[Any]]:
    """Decode images, and give what is made of them in batches."""
    # As bytes: on Linux a name need not be text.
    names = tf.constant([os.fsencode(file.path) for file in files], tf.string)
    dataset = tf.data.Dataset.from_tensor_slices(names).map(
        lambda name: then(decode_image(tf.io.read_file(name), channels)),
        num_parallel_calls=tf.data.AUTOTUNE,
    )
    try:
        yield from dataset.batch(_READ_BATCH).as_numpy_iterator()
    except tf.errors.OpError as error:
        raise DataError(_undecodable(_first_damaged(files))) from error


def _first_damaged(files: Sequence[LabelledFile]) -> Path:
    for file in files:
        try:
            decode_image(tf.io.read_file(os.fsencode(file.path)), 3)
        except tf.errors.OpError:
            return file.path
    return files[0].path.parent  # read now, and not a moment ago


def _undecodable(path: Path) -> str:
    return f"The image {str(path)!r} cannot be decoded: repair it, or move it away."
