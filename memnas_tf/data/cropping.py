"""Crops of encoded images: only what is kept is decoded.

The standard crops of ImageNet. Source of the random ones: Szegedy et al., "Going deeper with
convolutions", section 6, arXiv:1409.4842 (8 to 100 % of the area, aspect from 3/4 to 4/3).
"""

from __future__ import annotations

from functools import partial
from itertools import product

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from memnas_tf.data.decoding import decode_image, decode_window
from memnas_tf.data.resizing import resize_image

AREA = (0.08, 1.0)
ASPECT = (3 / 4, 4 / 3)
# An image is shrunk until its shorter side has 256 pixels before 224 are cut out of its centre.
_SHORTER_SIDE, _CENTRE = 256, 224
_ATTEMPTS = 10


def random_crop_window(size: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Choose a window of random area, aspect and place.

    Args:
        size: Height and width of the image, in pixels.
        seed: Two integers.

    Returns:
        Top, left, height and width, in pixels; the whole image where ten attempts give nothing.
    """
    begin, extent, _ = tf.image.stateless_sample_distorted_bounding_box(
        tf.concat((size, (1,)), axis=0),
        tf.zeros((1, 0, 4)),
        seed,
        min_object_covered=0.0,
        aspect_ratio_range=ASPECT,
        area_range=AREA,
        max_attempts=_ATTEMPTS,
        use_image_if_no_bounding_boxes=True,
    )
    return tf.concat((begin[:2], extent[:2]), axis=0)


def decode_random_crop(
    encoded: tf.Tensor, shape: tuple[int, int, int], seed: tf.Tensor
) -> tf.Tensor:
    """Decode a random crop of an image and resize it.

    Args:
        encoded: The bytes of a JPEG or PNG file.
        shape: Height, width and channels to return.
        seed: Two integers.

    Returns:
        uint8 pixels of that shape.
    """
    image = decode_window(encoded, shape[2], partial(random_crop_window, seed=seed))
    return resize_image(image, shape[:2])


def decode_centre_crop(encoded: tf.Tensor, shape: tuple[int, int, int]) -> tf.Tensor:
    """Decode an image, shrink it, and cut out its centre.

    For 224x224 pixels the shorter side is brought to 256; for others in proportion.

    Args:
        encoded: The bytes of a JPEG or PNG file.
        shape: Height, width and channels to return.

    Returns:
        uint8 pixels of that shape.
    """
    height, width, channels = shape
    image = decode_image(encoded, channels)
    scaled = _scaled_size(tf.shape(image)[:2], (height, width))
    image = resize_image(image, scaled)
    top, left = tf.unstack((scaled - (height, width)) // 2)
    return tf.ensure_shape(image[top : top + height, left : left + width], shape)


def frame(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put an image into a black frame that `decode_centre_crop` takes off again.

    Args:
        image: Pixels of shape (height, width, channels).

    Returns:
        A larger image; its centre crop of the old shape is the old image.

    Raises:
        ValueError: If no frame does so; of up to 512x512 pixels every image has one.
    """
    height, width = image.shape[:2]
    for size in product(_framed_sides(height), _framed_sides(width)):
        # Only some sizes are left as they are before the centre is cut out.
        if tuple(_scaled_size(tf.constant(size), (height, width)).numpy()) == size:
            top, left = (size[0] - height) // 2, (size[1] - width) // 2
            framed = np.zeros((*size, image.shape[2]), np.uint8)
            framed[top : top + height, left : left + width] = image
            return framed
    raise ValueError(f"no frame fits an image of {height}x{width} pixels")


def _framed_sides(side: int) -> range:
    smallest = side * _SHORTER_SIDE // _CENTRE
    return range(smallest, smallest + 3)


def _scaled_size(size: tf.Tensor, kept: tuple[int, int]) -> tf.Tensor:
    size = tf.cast(size, tf.float32)
    # The smallest size of the same aspect that leaves such a margin on both axes.
    scale = tf.reduce_max(tf.constant(kept, tf.float32) / size)
    return tf.cast(tf.round(size * scale * (_SHORTER_SIDE / _CENTRE)), tf.int32)
