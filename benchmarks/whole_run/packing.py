"""Images of a data set in one small file that NumPy reads.

Colour is kept at half the height and width, as JPEG keeps it, and each row as differences from
pixel to pixel, which compress well.
"""

from __future__ import annotations

import hashlib
import json
import lzma
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from memnas_tf.documents import decode, parse_json, read_arrays, read_bytes
from memnas_tf.documents.arrays import LARGEST_ARCHIVE
from memnas_tf.errors import DataError
from memnas_tf.files import whole_file
from memnas_tf.preprocessing import Preprocessing

Bytes = npt.NDArray[np.uint8]
# From red, green and blue to luminance, blueness and redness: ITU-R BT.601, as in JPEG.
_TO_YCC = np.array(
    [[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]], np.float32
)
_TO_RGB = np.linalg.inv(_TO_YCC).astype(np.float32)
_SPLITS = ("train", "test")
_CHUNK = 2_000  # images at a time, to keep intermediate results small


class Split(NamedTuple):
    """Labelled images.

    Attributes:
        images: Pixels, uint8 of shape (n, h, w, 3).
        labels: Class numbers of shape (n,), or one-hot of shape (n, classes).
    """

    images: Bytes
    labels: npt.NDArray[Any]


class PackedSet(NamedTuple):
    """A data set as its file holds it.

    Attributes:
        name: The data set's name.
        preprocessing: What a network trained on it needs to be served.
        train: The images to train on.
        test: The images to test on.
        fingerprint: Of the file.
    """

    name: str
    preprocessing: Preprocessing
    train: Split
    test: Split
    fingerprint: str


def save_packed(
    path: Path, name: str, preprocessing: Preprocessing, train: Split, test: Split
) -> None:
    """Write a data set.

    Args:
        path: The file.
        name: The data set's name.
        preprocessing: What a network trained on it needs to be served.
        train: The images to train on: even height and width, three channels.
        test: The images to test on.

    Raises:
        DataError: If the images cannot be packed.
    """
    height, width, channels = preprocessing.input_shape
    if height % 2 or width % 2 or channels != 3:
        raise DataError(
            f"images of {height}x{width}x{channels} cannot be packed: give three channels, and "
            "an even height and width"
        )
    header = {"name": name, "preprocessing": asdict(preprocessing)}
    arrays = {"header": np.frombuffer(json.dumps(header).encode(), np.uint8)}
    for split, (images, labels) in zip(_SPLITS, (train, test), strict=True):
        chunks = [to_planes(images[at : at + _CHUNK]) for at in range(0, len(images), _CHUNK)]
        planes = [np.concatenate(parts) for parts in zip(*chunks, strict=True)]
        arrays[f"{split}_labels"] = labels.astype(np.uint8)
        for number, plane in enumerate(planes):
            arrays[f"{split}_{number}"] = _compress(plane)
    with whole_file(path) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def load_packed(path: Path) -> PackedSet:
    """Read what `save_packed` wrote.

    Args:
        path: The file.

    Returns:
        The data set; each pixel is within a few steps of what it was.

    Raises:
        DataError: If the file is missing, damaged or something else.
    """
    try:
        arrays = read_arrays(path)
        header = decode(_Header, parse_json(arrays["header"].tobytes()))
        shape = header.preprocessing.input_shape
        train, test = (_split(arrays, name, shape) for name in _SPLITS)
        fingerprint = hashlib.sha256(read_bytes(path, LARGEST_ARCHIVE)).hexdigest()
    except (OSError, KeyError, ValueError, lzma.LZMAError) as error:
        raise DataError(
            f"cannot read {str(path)!r}: {getattr(error, 'reason', error)}; make it with "
            "`python -m benchmarks.whole_run.pack`"
        ) from error
    return PackedSet(header.name, header.preprocessing, train, test, fingerprint)


@dataclass(frozen=True)
class _Header:
    name: str
    preprocessing: Preprocessing


def to_planes(images: Bytes) -> tuple[Bytes, Bytes, Bytes]:
    """Part images into luminance and two colours, the colours at half the size.

    Args:
        images: Pixels, uint8 of shape (n, h, w, 3).

    Returns:
        uint8 of shapes (n, h, w), (n, h / 2, w / 2) and (n, h / 2, w / 2).
    """
    count, height, width, _ = images.shape
    ycc = images.astype(np.float32) @ _TO_YCC.T
    colours = ycc[..., 1:].reshape(count, height // 2, 2, width // 2, 2, 2).mean((2, 4)) + 128
    return _to_bytes(ycc[..., 0]), _to_bytes(colours[..., 0]), _to_bytes(colours[..., 1])


def to_images(luminance: Bytes, blueness: Bytes, redness: Bytes) -> Bytes:
    """Put together what `to_planes` parted.

    Args:
        luminance: As it returned it.
        blueness: As it returned it.
        redness: As it returned it.

    Returns:
        Pixels, uint8 of shape (n, h, w, 3).
    """
    halves = [plane.astype(np.float32) - 128 for plane in (blueness, redness)]
    colours = [_double(_double(plane, 1), 2) for plane in halves]
    return _to_bytes(np.stack([luminance.astype(np.float32), *colours], -1) @ _TO_RGB.T)


def _double(plane: npt.NDArray[np.float32], axis: int) -> npt.NDArray[np.float32]:
    """Put two pixels in the place of one, each three quarters of it and a quarter its neighbour."""
    length = plane.shape[axis]
    wide = np.pad(plane, [(int(at == axis),) * 2 for at in range(plane.ndim)], mode="edge")
    before, after = wide.take(range(length), axis), wide.take(range(2, length + 2), axis)
    pair = np.stack([0.75 * plane + 0.25 * before, 0.75 * plane + 0.25 * after], axis + 1)
    shape = list(plane.shape)
    shape[axis] *= 2
    return pair.reshape(shape)


def _to_bytes(values: npt.NDArray[np.float32]) -> Bytes:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _compress(plane: Bytes) -> Bytes:
    differences = np.diff(plane, axis=2, prepend=np.uint8(0))
    return np.frombuffer(lzma.compress(differences.tobytes()), np.uint8)


def _split(arrays: Any, split: str, shape: tuple[int, int, int]) -> Split:
    labels = arrays[f"{split}_labels"]
    height, width, _ = shape
    sizes = (height, width), (height // 2, width // 2), (height // 2, width // 2)
    planes = []
    for number, size in enumerate(sizes):
        content = lzma.decompress(arrays[f"{split}_{number}"].tobytes())
        differences = np.frombuffer(content, np.uint8).reshape(len(labels), *size)
        planes.append(np.cumsum(differences, axis=2, dtype=np.uint8))
    chunks = [
        to_images(*(plane[at : at + _CHUNK] for plane in planes))
        for at in range(0, len(labels), _CHUNK)
    ]
    return Split(np.concatenate(chunks), labels)
