"""Images that a person names: files, folders, an array."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from memnas_tf.data.image_headers import read_content, read_header
from memnas_tf.data.image_names import IMAGE_SUFFIXES, is_image_name
from memnas_tf.documents.arrays import map_array
from memnas_tf.errors import DataError, DocumentError
from serving.client.served_signature import Images, Signature


class Batch(NamedTuple):
    """Images for one request.

    Attributes:
        names: What a person knows each image by.
        images: The images.
    """

    names: list[str]
    images: Images


def find_images(paths: Sequence[Path]) -> list[Path]:
    """List the images that paths stand for.

    Args:
        paths: Image files; folders, of which every JPEG and PNG file counts; or one .npy file.

    Returns:
        The files, those of a folder by name.

    Raises:
        DataError: If a path is not there, a folder holds no image, or an array is not alone.
    """
    files = [file for path in paths for file in _files(path)]
    if any(file.suffix == ".npy" for file in files) and len(files) > 1:
        raise DataError("a .npy file goes alone; give it, or image files, not both")
    return files


def read_batches(files: Sequence[Path], batch_size: int, signature: Signature) -> Iterator[Batch]:
    """Read images, a batch at a time.

    Args:
        files: What `find_images` found.
        batch_size: The most images in a batch.
        signature: What is going to take them: pixels, or files as they are.

    Yields:
        The batches.

    Raises:
        DataError: If a file is no image or of the wrong size, or files do not tell what the
            signature takes.
    """
    if [file.suffix for file in files] == [".npy"]:
        yield from _array_batches(files[0], batch_size, len(signature.image_shape))
        return
    if signature.dtype == "float32":
        raise DataError(
            f"signature {signature.name!r} takes float32, and image files hold bytes from 0 to "
            "255; ask serving_default or serve_bytes, or give normalised images as a .npy file"
        )
    for start in range(0, len(files), batch_size):
        part = files[start : start + batch_size]
        names = [shown_name(file) for file in part]
        if signature.takes_encoded:
            yield Batch(names, [read_content(file) for file in part])
        else:
            yield Batch(names, np.stack([_pixels(file, signature) for file in part]))


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if is_image_name(file))
        if not files:
            raise DataError(
                f"{str(path)!r} holds no image; it needs {', '.join(IMAGE_SUFFIXES)} files"
            )
        return files
    if not os.path.lexists(path):
        raise DataError(f"{str(path)!r} is neither a file nor a folder")
    return [path]


def _array_batches(path: Path, batch_size: int, dimensions: int) -> Iterator[Batch]:
    try:
        array = map_array(path)
    except DocumentError as error:
        raise DataError(str(error)) from error
    except OSError as error:
        raise DataError(f"cannot read {str(path)!r}: {error.strerror}") from error
    if array.ndim == dimensions:  # one image
        array = array[np.newaxis]
    if array.ndim < 2 or not len(array):
        raise DataError(
            f"{str(path)!r} holds an array of shape {array.shape}; it must be "
            "(images, height, width, channels), with at least one image"
        )
    for start in range(0, len(array), batch_size):
        part = array[start : start + batch_size]
        yield Batch([f"{path}[{start + i}]" for i in range(len(part))], np.asarray(part))


def _pixels(file: Path, signature: Signature) -> NDArray:
    height, width, channels = (*signature.image_shape, None, None, None)[:3]
    header = read_header(file)
    if (height or header.height, width or header.width) != (header.height, header.width):
        raise DataError(
            f"{str(file)!r} is {header.width} pixels wide and {header.height} high, and "
            f"signature {signature.name!r} takes {width} by {height}; resize it, or ask "
            "a signature that takes files and resizes them, such as serve_bytes"
        )
    # As a served model decodes, and as in training: by TensorFlow, which takes time to start.
    from memnas_tf.data.decoding import CHANNELS
    from memnas_tf.data.image_files import read_image

    return read_image(file, channels if channels in CHANNELS else 3)


def shown_name(file: Path) -> str:
    """Return a file's name as text, which on Linux it need not be."""
    return str(file).encode("utf-8", "backslashreplace").decode()
