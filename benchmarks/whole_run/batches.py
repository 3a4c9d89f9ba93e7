"""Batches by NumPy: what `memnas_tf.data` does to a training batch, without TensorFlow.

Every batch is a function of the seed and its number, so that a training goes on anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from benchmarks.whole_run.packing import Bytes

Floats = npt.NDArray[np.float32]
AUGMENTATIONS = ("paper", "crop-flip", "crop", "none")  # as in `memnas_tf.data.augmentation`


class TrainingBatches(keras.utils.PyDataset):  # type: ignore[misc]
    """Endless batches to train on.

    Args:
        images: Pixels, uint8 of shape (n, h, w, c).
        labels: One-hot labels, float32 of shape (n, classes).
        mean: Mean of each channel, in pixel units.
        std: Standard deviation of each channel, in pixel units.
        batch_size: Images in a batch, at most n.
        augmentation: One of `AUGMENTATIONS`.
        mixup: The parameter of mixup; 0 for none.
        seed: Of order, augmentation and mixing.
        part: The batches of a part of an epoch.
        first: The number of the first batch.
    """

    num_batches = None  # without end

    def __init__(
        self,
        images: Bytes,
        labels: Floats,
        mean: Sequence[float],
        std: Sequence[float],
        *,
        batch_size: int,
        augmentation: str,
        mixup: float,
        seed: int,
        part: int,
        first: int = 0,
    ) -> None:
        super().__init__()
        self._arguments: dict[str, Any] = {
            **{"batch_size": batch_size, "augmentation": augmentation, "mixup": mixup},
            **{"seed": seed, "part": part},
        }
        self._data = images, labels, mean, std
        self._first = first
        self._order = lru_cache(maxsize=2)(self._make_order)

    def from_epoch(self, part: int) -> TrainingBatches:
        """Return the batches from a later part of an epoch on, counted from 0."""
        first = self._first + part * self._arguments["part"]
        return TrainingBatches(*self._data, **self._arguments, first=first)

    def __getitem__(self, index: int) -> tuple[Floats, Floats]:
        """Make a batch.

        Args:
            index: Its number after the first.

        Returns:
            Images, float32 of shape (batch, h, w, c), and labels of shape (batch, classes).
        """
        images, labels, mean, std = self._data
        size, mixup = self._arguments["batch_size"], self._arguments["mixup"]
        epoch, step = divmod(self._first + index, len(images) // size)
        chosen = self._order(epoch)[step * size : (step + 1) * size]
        rng = np.random.default_rng((self._arguments["seed"], epoch, 1 + step))
        batch = normalise(images[chosen], mean, std)
        batch = augment(batch, self._arguments["augmentation"], rng)
        return mix(batch, labels[chosen], mixup, rng) if mixup else (batch, labels[chosen])

    def _make_order(self, epoch: int) -> npt.NDArray[np.int64]:
        rng = np.random.default_rng((self._arguments["seed"], epoch, 0))
        return rng.permutation(len(self._data[0]))


class EvaluationBatches(keras.utils.PyDataset):  # type: ignore[misc]
    """Every image once, in order.

    Args:
        images: Pixels, uint8 of shape (n, h, w, c).
        labels: Labels, of shape (n,) or (n, classes).
        mean: Mean of each channel, in pixel units.
        std: Standard deviation of each channel, in pixel units.
        batch_size: Images in a batch.
    """

    def __init__(
        self,
        images: Bytes,
        labels: npt.NDArray[Any],
        mean: Sequence[float],
        std: Sequence[float],
        batch_size: int,
    ) -> None:
        super().__init__()
        self._data = images, labels, mean, std
        self._batch_size = batch_size

    @property
    def num_batches(self) -> int:
        """The number of batches."""
        return -(-len(self._data[0]) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[Floats, npt.NDArray[Any]]:
        """Return a batch of normalised images and their labels."""
        images, labels, mean, std = self._data
        window = slice(index * self._batch_size, (index + 1) * self._batch_size)
        return normalise(images[window], mean, std), labels[window]


def normalise(images: Bytes, mean: Sequence[float], std: Sequence[float]) -> Floats:
    """Bring every channel to mean 0 and standard deviation 1.

    Args:
        images: Pixels of shape (batch, h, w, c).
        mean: Mean of each channel, in pixel units.
        std: Standard deviation of each channel, in pixel units.

    Returns:
        Images of the same shape.
    """
    scale = (1 / np.asarray(std)).astype(np.float32)
    scaled: Floats = images * scale - (np.asarray(mean) / np.asarray(std)).astype(np.float32)
    return scaled


def augment(images: Floats, policy: str, rng: np.random.Generator) -> Floats:
    """Crop after padding by an eighth, flip and cut out, as the policy says.

    Args:
        images: Normalised images of shape (batch, h, w, c).
        policy: One of `AUGMENTATIONS`.
        rng: What to draw from.

    Returns:
        Images of the same shape.
    """
    count, height, width, _ = images.shape
    if policy == "none":
        return images
    pad_y, pad_x = max(1, height // 8), max(1, width // 8)
    rows = rng.integers(0, 2 * pad_y + 1, (count, 1)) + np.arange(height)
    columns = rng.integers(0, 2 * pad_x + 1, (count, 1)) + np.arange(width)
    if policy != "crop":
        flipped = rng.random((count, 1)) < 0.5
        columns = np.where(flipped, columns[:, ::-1], columns)
    padded = np.pad(images, ((0, 0), (pad_y, pad_y), (pad_x, pad_x), (0, 0)))
    cropped = padded[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]
    return _cut_out(cropped, rng) if policy == "paper" else cropped


def mix(
    images: Floats, labels: Floats, alpha: float, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Blend each image and its label with those at the other end of the batch.

    Args:
        images: Images of shape (batch, h, w, c).
        labels: One-hot labels of shape (batch, classes).
        alpha: The parameter of the beta distribution.
        rng: What to draw from.

    Returns:
        Images and labels of the same shapes.
    """
    weights = rng.beta(alpha, alpha, len(images)).astype(np.float32)
    wide, tall = weights[:, None, None, None], weights[:, None]
    return (
        wide * images + (1 - wide) * images[::-1],
        tall * labels + (1 - tall) * labels[::-1],
    )


def _cut_out(images: Floats, rng: np.random.Generator) -> Floats:
    """Set a square of half the side to zero, anywhere, cut off at the border."""
    count, height, width, _ = images.shape
    side = max(1, min(height, width) // 2)
    inside = []
    for length in (height, width):
        place = np.arange(length) - rng.integers(0, length, (count, 1)) + side // 2
        inside.append((place >= 0) & (place < side))
    hidden = inside[0][:, :, None] & inside[1][:, None, :]
    return np.where(hidden[..., None], np.float32(0), images)
