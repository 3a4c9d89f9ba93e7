"""Images that a person names: files, folders, an array."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from memnas_tf.errors import DataError
from serving.client.signature import Images, Signature

_SUFFIXES = {".jpg", ".jpeg", ".png"}
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}


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
        DataError: If a file is no image or of the wrong size.
    """
    if [file.suffix for file in files] == [".npy"]:
        yield from _array_batches(files[0], batch_size, len(signature.image_shape))
        return
    for start in range(0, len(files), batch_size):
        part = files[start : start + batch_size]
        names = [str(file) for file in part]
        if signature.takes_encoded:
            yield Batch(names, [_encoded(file) for file in part])
        else:
            yield Batch(names, np.stack([_pixels(file, signature) for file in part]))


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in _SUFFIXES)
        if not files:
            raise DataError(f"{str(path)!r} holds no image; it needs .jpg or .png files")
        return files
    if not path.is_file():
        raise DataError(f"{str(path)!r} is neither a file nor a folder")
    return [path]


def _array_batches(path: Path, batch_size: int, dimensions: int) -> Iterator[Batch]:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"cannot read {str(path)!r} as an array: {error}") from error
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


def _encoded(file: Path) -> bytes:
    content = _read(file)
    with _open(file, content) as image:
        if image.format not in ("JPEG", "PNG"):
            raise DataError(f"{str(file)!r} is a {image.format} file; send JPEG or PNG")
    return content


def _pixels(file: Path, signature: Signature) -> NDArray:
    with _open(file, _read(file)) as image:
        height, width, channels = (*signature.image_shape, None, None, None)[:3]
        if (height or image.height, width or image.width) != (image.height, image.width):
            raise DataError(
                f"{str(file)!r} is {image.width} pixels wide and {image.height} high, and "
                f"signature {signature.name!r} takes {width} by {height}; resize it, or ask "
                "a signature that takes files and resizes them, such as serve_bytes"
            )
        try:
            pixels = np.asarray(image.convert(_MODES.get(channels or 3, "RGB")))
        except OSError as error:  # a file that is cut off
            raise DataError(f"{str(file)!r} is a damaged image: {error}") from error
    return pixels[..., np.newaxis] if channels == 1 else pixels


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read {str(file)!r}: {error}") from error


def _open(file: Path, content: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(content))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError) as error:
        raise DataError(f"{str(file)!r} is no image that can be read") from error
