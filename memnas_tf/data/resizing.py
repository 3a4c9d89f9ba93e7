"""Images of any size, brought to the size that a network takes: to train and to serve alike."""

from __future__ import annotations

import tensorflow as tf


def resize_image(image: tf.Tensor, size: tuple[int, int]) -> tf.Tensor:
    """Resize one image, without keeping its aspect ratio.

    Args:
        image: Pixels from 0 to 255 of shape (height, width, channels).
        size: The height and the width to bring it to.

    Returns:
        uint8 pixels of shape (*size, channels).
    """
    pixels = tf.image.resize(image, size, antialias=True)
    return tf.cast(tf.clip_by_value(tf.round(pixels), 0, 255), tf.uint8)
