"""Which images are held out: of every class its share, and of every class some.

Scikit-learn's `StratifiedShuffleSplit` refuses classes of one image, and of a small class it may
hold out nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from memnas_tf.data.interface import Labels
from memnas_tf.errors import DataError

Indices = NDArray[np.int64]
_FIRST = 2  # of every class: one to train on and one to validate on


def split_by_class(
    labels: Labels, fraction: float, seed: int, keep: int = 1
) -> tuple[Indices, Indices]:
    """Choose at random which images to hold out.

    Args:
        labels: Class of each image, shape (n,).
        fraction: Part to hold out, of all and of each class, rounded to whole images; of a class
            that has more than `keep` images at least one.
        seed: Seed of the choice; 0 or more.
        keep: How many of each class are not held out, as far as there are so many.

    Returns:
        Indices of the images that are kept and of those that are held out, in ascending order.
    """
    counts = np.bincount(labels)
    order, rank = _random_ranks(labels, seed)
    is_held_out = rank < _held_out_counts(counts, fraction, keep)[labels[order]]
    return np.sort(order[~is_held_out]), np.sort(order[is_held_out])


def split_indices(labels: Labels, fraction: float, seed: int) -> tuple[Indices, Indices]:
    """Choose at random which images to validate on.

    Args:
        labels: Class of each image, shape (n,).
        fraction: Part to hold out, as for `split_by_class`; 0 for none.
        seed: Seed of the choice.

    Returns:
        Indices of the training images and of the validation images, each in ascending order.

    Raises:
        DataError: A part that is asked for would be empty.
    """
    count_held_out(len(labels), fraction)
    train, held_out = split_by_class(labels, fraction, seed)
    _check_parts(len(labels), len(held_out), fraction)
    return train, held_out


def count_held_out(count: int, fraction: float) -> int:
    """Tell how many images are held out, whatever their classes.

    Args:
        count: Number of images.
        fraction: Part of them to hold out, rounded to whole images; 0 for none.

    Returns:
        Their number.

    Raises:
        DataError: A part that is asked for would be empty.
    """
    return _check_parts(count, round(count * fraction), fraction)


def representative_order(labels: Labels, seed: int) -> Indices:
    """Order images so that the first of them, however many, have classes in their proportion.

    Two of every class come first, so that few images lose no class.

    Args:
        labels: Class of each image, shape (n,).
        seed: Seed of the order within each class.

    Returns:
        Indices of the images.
    """
    counts = np.bincount(labels)
    order, rank = _random_ranks(labels, seed)
    place = np.where(rank < _FIRST, rank - _FIRST, (rank + 0.5) / counts[labels[order]])
    # What has the same place, such as the first of each class, stays in random order.
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    return order[shuffled][np.argsort(place[shuffled], kind="stable")]


def _random_ranks(labels: Labels, seed: int) -> tuple[Indices, Indices]:
    """Return images class by class, each in random order, and their places in their class."""
    order = np.random.default_rng(seed).permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    counts = np.bincount(labels)
    starts = np.cumsum(counts) - counts
    return order, np.arange(len(labels)) - np.repeat(starts, counts)


def _held_out_counts(counts: Indices, fraction: float, keep: int) -> Indices:
    """Tell how many of each class are held out: as many in all as of all, where that goes."""
    share = counts * fraction
    most = np.maximum(counts - keep, 0) if fraction else np.zeros_like(counts)
    least = np.minimum(most, 1)
    held_out: Indices = np.clip(np.floor(share).astype(np.int64), least, most)
    missing = round(counts.sum() * fraction) - held_out.sum()
    step, end = (1, most) if missing > 0 else (-1, least)
    for _ in range(abs(missing)):
        # The class that is furthest from its share; of several the first.
        distance = np.where(held_out == end, -np.inf, step * (share - held_out))
        if distance.max(initial=-np.inf) == -np.inf:
            break
        held_out[distance.argmax()] += step
    return held_out


def _check_parts(count: int, held_out: int, fraction: float) -> int:
    if not (0 < held_out < count or fraction == 0 < count):
        raise DataError(
            f"A validation fraction of {fraction} of {count} images leaves "
            f"{count - held_out} to train on and {held_out} to validate on: "
            "use more images, or another fraction."
        )
    return held_out
