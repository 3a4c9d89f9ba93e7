"""Each augmentation does what its name says to every image, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from memnas_tf.data.augmentation import (
    POLICIES,
    augment,
    cutout,
    default_augmentation,
    normalize,
    random_crop,
    random_flip,
)
from memnas_tf.errors import DataError

Seed = tuple[int, int]
SIDES = st.tuples(st.integers(2, 17), st.integers(2, 17))
SEEDS = st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1))


def make_images(height: int, width: int, count: int = 6) -> np.ndarray:
    """Return images whose pixels are all different and none zero."""
    size = count * height * width * 2
    return np.arange(1, size + 1, dtype=np.float32).reshape(count, height, width, 2)


@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_same_seed_same_result(policy: str) -> None:
    images = tf.constant(make_images(8, 8))
    first = augment(images, policy, (3, 4)).numpy()
    tf.random.set_seed(99)
    np.testing.assert_array_equal(augment(images, policy, (3, 4)), first)
    other = augment(images, policy, (3, 5)).numpy()
    assert np.array_equal(other, first) == (policy == "none")


@given(SIDES, SEEDS)
@settings(max_examples=20, deadline=None)
def test_crop_is_a_window_of_the_padded_image(sides: tuple[int, int], seed: Seed) -> None:
    height, width = sides
    images = make_images(height, width)
    cropped = random_crop(tf.constant(images), seed).numpy()
    y, x = max(1, height // 8), max(1, width // 8)
    padded = np.pad(images, ((0, 0), (y, y), (x, x), (0, 0)))
    for image, result in zip(padded, cropped, strict=True):
        windows = [
            image[top : top + height, left : left + width]
            for top in range(2 * y + 1)
            for left in range(2 * x + 1)
        ]
        assert any(np.array_equal(result, window) for window in windows)


def test_crop_reaches_every_window() -> None:
    cropped = random_crop(tf.ones((500, 8, 8, 1)), (1, 2)).numpy()
    assert len({image.tobytes() for image in cropped}) == 9


@given(SIDES, SEEDS)
@settings(max_examples=20, deadline=None)
def test_flip_mirrors_whole_images(sides: tuple[int, int], seed: Seed) -> None:
    images = make_images(*sides)
    for image, result in zip(images, random_flip(tf.constant(images), seed).numpy(), strict=True):
        assert np.array_equal(result, image) or np.array_equal(result, image[:, ::-1])


def test_flip_mirrors_about_half() -> None:
    images = make_images(2, 2, count=1000)
    same = (random_flip(tf.constant(images), (5, 6)).numpy() == images).all(axis=(1, 2, 3))
    assert 420 < same.sum() < 580


@given(SIDES, SEEDS)
@settings(max_examples=20, deadline=None)
def test_cutout_clears_one_rectangle(sides: tuple[int, int], seed: Seed) -> None:
    images = make_images(*sides)
    limit = max(1, min(sides) // 2)
    for image, result in zip(images, cutout(tf.constant(images), seed).numpy(), strict=True):
        cleared = (result == 0).all(axis=-1)
        rows, columns = cleared.any(axis=1), cleared.any(axis=0)
        assert np.array_equal(cleared, rows[:, None] & columns[None, :])
        for side in (rows, columns):
            positions = np.flatnonzero(side)
            assert 0 < len(positions) <= limit
            assert positions[-1] - positions[0] + 1 == len(positions)
        np.testing.assert_array_equal(result[~cleared], image[~cleared])


def test_cutout_of_cifar_is_16_pixels_and_reaches_the_corners() -> None:
    cleared = cutout(tf.ones((3000, 32, 32, 1)), (0, 0)).numpy()[..., 0] == 0
    assert cleared.sum(axis=(1, 2)).max() == 16 * 16
    assert cleared[:, 0, 0].any()
    assert cleared[:, -1, -1].any()


def test_normalize() -> None:
    images = np.random.default_rng(0).integers(0, 256, (4, 5, 6, 3), dtype=np.uint8)
    mean, std = images.mean(axis=(0, 1, 2)), images.std(axis=(0, 1, 2))
    result = normalize(images, mean.tolist(), std.tolist())
    assert result.dtype == tf.float32
    np.testing.assert_allclose(result, (images - mean) / std, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "policy"),
    [
        ("digits", "crop"),
        ("mnist:3.0.1", "crop"),
        ("emnist/letters:3.1.0", "crop"),
        ("svhn_cropped", "crop"),
        ("cifar10", "paper"),
        ("fashion_mnist", "paper"),
    ],
)
def test_default_augmentation(name: str, policy: str) -> None:
    assert default_augmentation(name) == policy


def test_unknown_policy() -> None:
    with pytest.raises(DataError, match="'mixup': choose one of paper, crop-flip, crop, none"):
        augment(make_images(4, 4), "mixup", (0, 0))
