"""Crops where they belong, told by pixels that know their place."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from memnas_tf.data.cropping import (
    AREA,
    ASPECT,
    decode_centre_crop,
    decode_random_crop,
    frame,
    random_crop_window,
)
from memnas_tf.data.decoding import decode_image
from memnas_tf.data.resizing import resize_image
from tests.helpers.imagenet import encode, gradient

HEIGHT, WIDTH = 300, 500


def windows(height: int, width: int, count: int) -> np.ndarray:
    """Draw windows with seeds 0, 1, 2, ...: top, left, height and width of each."""
    size = tf.constant((height, width))
    numbers = tf.data.Dataset.range(count)
    drawn = numbers.map(lambda number: random_crop_window(size, tf.stack((number, 0))))
    return next(drawn.batch(count).as_numpy_iterator())


def test_random_windows_lie_inside_with_area_and_aspect_in_range() -> None:
    top, left, height, width = windows(HEIGHT, WIDTH, 2000).T
    assert min(top) >= 0 and min(left) >= 0
    assert max(top + height) <= HEIGHT and max(left + width) <= WIDTH
    area, aspect = height * width / (HEIGHT * WIDTH), width / height
    whole = (height == HEIGHT) & (width == WIDTH)  # where ten attempts gave nothing
    assert whole.mean() < 0.02
    # Sides are whole pixels: a pixel more or less, on sides of 90 and more.
    assert area.min() >= AREA[0] * 0.97 and area.max() <= AREA[1]
    assert aspect[~whole].min() >= ASPECT[0] * 0.98
    assert aspect[~whole].max() <= ASPECT[1] * 1.02


def test_random_windows_take_up_their_whole_range() -> None:
    top, left, height, width = windows(HEIGHT, WIDTH, 2000).T
    area, aspect = height * width / (HEIGHT * WIDTH), width / height
    assert area.min() < 0.1 and area.max() > 0.7
    assert aspect.min() < 0.78 and aspect.max() > 1.28
    # As often at one border as at the other.
    assert abs(np.mean(top + height / 2) / HEIGHT - 0.5) < 0.02
    assert abs(np.mean(left + width / 2) / WIDTH - 0.5) < 0.02


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_random_crop_is_its_window_resized(kind: str) -> None:
    encoded = encode(gradient(120, 200), kind)
    whole = decode_image(tf.constant(encoded), 3)
    for number in range(4):
        seed = tf.constant((number, 7))
        top, left, height, width = random_crop_window(tf.constant((120, 200)), seed).numpy()
        expected = resize_image(whole[top : top + height, left : left + width], (48, 40))
        crop = decode_random_crop(tf.constant(encoded), (48, 40, 3), seed)
        assert crop.dtype == tf.uint8
        # At a border within a JPEG, colours are interpolated from one side alone.
        tolerance = 2 if kind == "JPEG" else 0
        np.testing.assert_allclose(tf.cast(crop, tf.int32), expected, rtol=0, atol=tolerance)


def test_the_centre_of_an_image_of_the_right_size_is_cut_out_to_the_pixel() -> None:
    # Its shorter side has 256 pixels: 16 rows go above and below, 48 columns left and right.
    image = gradient(256, 320)
    crop = decode_centre_crop(tf.constant(encode(image, "PNG")), (224, 224, 3))
    np.testing.assert_array_equal(crop, image[16:240, 48:272])


def test_a_larger_image_is_shrunk_before() -> None:
    # 512x1024 becomes 256x512: rows 16 to 240 and columns 144 to 368 of that, so of the image's
    # rows 32 to 480 the mean of two neighbours each.
    rows = np.broadcast_to(np.arange(512)[:, None, None] // 2, (512, 1024, 3)).astype(np.uint8)
    crop = decode_centre_crop(tf.constant(encode(rows, "PNG")), (224, 224, 3)).numpy()
    expected = np.arange(16, 240)[:, None, None]
    assert np.abs(crop.astype(int) - expected).max() <= 1
    columns = np.broadcast_to(np.arange(1024)[None, :, None] // 4, (512, 1024, 3)).astype(np.uint8)
    crop = decode_centre_crop(tf.constant(encode(columns, "PNG")), (224, 224, 3)).numpy()
    expected = np.arange(144, 368)[None, :, None] / 2
    assert np.abs(crop - expected).max() <= 1


def test_other_sizes_keep_the_proportion() -> None:
    # For 28x28 the shorter side is brought to 32, for 28x14 both sides are covered.
    image = gradient(32, 48)
    crop = decode_centre_crop(tf.constant(encode(image, "PNG")), (28, 28, 3))
    np.testing.assert_array_equal(crop, image[2:30, 10:38])
    crop = decode_centre_crop(tf.constant(encode(image, "PNG")), (28, 14, 3))
    np.testing.assert_array_equal(crop, image[2:30, 17:31])


def test_grey_images_get_the_channels_that_are_asked_for() -> None:
    grey = encode(gradient(40, 50)[..., 0])
    for channels in (1, 3):
        shape = (16, 16, channels)
        assert decode_centre_crop(tf.constant(grey), shape).shape == shape
        assert decode_random_crop(tf.constant(grey), shape, tf.constant((0, 0))).shape == shape


@given(st.integers(1, 300), st.integers(1, 300))
def test_the_centre_of_a_frame_is_what_was_framed(height: int, width: int) -> None:
    image = np.random.default_rng(0).integers(0, 256, (height, width, 1), np.uint8)
    framed = tf.io.encode_png(frame(image))
    np.testing.assert_array_equal(decode_centre_crop(framed, image.shape), image)
