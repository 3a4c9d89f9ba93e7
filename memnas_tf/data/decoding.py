"""From the bytes of an image file to pixels: the one way, in training as in a served model.

It is written in TensorFlow, so that an export carries it. What another library has to do for the
same pixels is little: the first image of the file; no turning as a camera asks for (EXIF); of 16
bits the upper 8; the exact inverse transform of JPEG, which most have as their default and
TensorFlow has not; transparency dropped; grey from colours by the weights of ITU-R BT.601.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import tensorflow as tf

from memnas_tf.data.image_headers import MAX_PIXELS

CHANNELS = (1, 3, 4)  # grey; red, green and blue; these and opacity
_EXACT = "INTEGER_ACCURATE"
_PNG = b"\x89PNG\r\n\x1a\n"
# Where a PNG file has its width and its height, of four bytes each, and its depth.
_PNG_SIZE, _PNG_DEPTH = 16, 24
_GREY = (19595, 38470, 7471)  # of 2^16: 0.299, 0.587 and 0.114

Window = Callable[[tf.Tensor], tf.Tensor]


def decode_image(encoded: tf.Tensor, channels: int) -> tf.Tensor:
    """Decode an image.

    Args:
        encoded: The bytes of a JPEG or PNG file, a scalar.
        channels: One of `CHANNELS`, whatever the file has.

    Returns:
        uint8 pixels of shape (height, width, channels). TensorFlow raises an `InvalidArgumentError`
        where the bytes are no such image, or one of more than `MAX_PIXELS` pixels.
    """
    return _decode(
        encoded,
        channels,
        lambda: tf.io.decode_jpeg(encoded, 3, dct_method=_EXACT),
        lambda image: image,
    )


def decode_window(encoded: tf.Tensor, channels: int, choose: Window) -> tf.Tensor:
    """Decode a part of an image; of a JPEG no more than that.

    Args:
        encoded: As for `decode_image`.
        channels: As there.
        choose: Chooses the part by the image's height and width: top, left, height and width.

    Returns:
        The pixels that `decode_image` gives there.
    """

    def from_jpeg() -> tf.Tensor:
        window = choose(tf.io.extract_jpeg_shape(encoded)[:2])
        return tf.io.decode_and_crop_jpeg(encoded, window, 3, dct_method=_EXACT)

    def cut(image: tf.Tensor) -> tf.Tensor:
        top, left, height, width = tf.unstack(choose(tf.shape(image)[:2]))
        return tf.image.crop_to_bounding_box(image, top, left, height, width)

    return _decode(encoded, channels, from_jpeg, cut)


def _decode(
    encoded: tf.Tensor,
    channels: int,
    from_jpeg: Callable[[], tf.Tensor],
    cut: Callable[[tf.Tensor], tf.Tensor],
) -> tf.Tensor:
    is_jpeg = tf.io.is_jpeg(encoded)
    head = tf.strings.substr(encoded, 0, _PNG_DEPTH + 1)
    is_png = tf.strings.substr(head, 0, len(_PNG)) == _PNG
    with _required(is_jpeg | is_png, "It is neither a JPEG nor a PNG file: convert it."):
        size = tf.cond(
            is_jpeg,
            lambda: tf.cast(tf.io.extract_jpeg_shape(encoded)[:2], tf.int64),
            lambda: tf.cast(_field(head, _PNG_SIZE, 8, tf.int32), tf.int64),
        )
    with _required(
        tf.reduce_prod(size) <= MAX_PIXELS, f"It has more than {MAX_PIXELS:,} pixels: shrink it."
    ):
        image = tf.cond(
            is_jpeg,
            lambda: _with_channels(from_jpeg(), channels),
            lambda: _with_channels(cut(_from_png(encoded, head, channels)), channels),
        )
    image.set_shape((None, None, channels))
    return image


def _required(condition: tf.Tensor, message: str) -> AbstractContextManager[None]:
    """Have what is within a block computed only where a condition holds."""
    # Outside of a graph it raises at once, and there is no operation to wait for.
    assertion = tf.debugging.Assert(condition, [message])
    context: AbstractContextManager[None] = tf.control_dependencies(
        [] if assertion is None else [assertion]
    )
    return context


def _from_png(encoded: tf.Tensor, head: tf.Tensor, channels: int) -> tf.Tensor:
    if channels != 4:
        return tf.io.decode_png(encoded, 3)
    # TensorFlow takes 2^depth - 1 for opaque.
    with _required(
        _field(head, _PNG_DEPTH, 1, tf.uint8)[0] >= 8,
        "It has fewer than 8 bits per channel: convert it to RGBA.",
    ):
        return tf.io.decode_png(encoded, 4)


def _field(head: tf.Tensor, start: int, size: int, dtype: tf.DType) -> tf.Tensor:
    # Of a file that ends before it the rest counts as 0; decoding says what is wrong.
    padded = tf.strings.join([head, b"\0" * (start + size)])
    field = tf.strings.substr(padded, start, size)
    return tf.io.decode_raw(field, dtype, little_endian=False)


def _with_channels(image: tf.Tensor, channels: int) -> tf.Tensor:
    if channels == 1:
        weights = tf.constant(_GREY, tf.int32)
        weighted = tf.reduce_sum(tf.cast(image, tf.int32) * weights, axis=-1, keepdims=True)
        return tf.cast(tf.bitwise.right_shift(weighted + 2**15, 16), tf.uint8)
    if channels == 4 and image.shape[-1] == 3:
        opaque = tf.fill(tf.concat((tf.shape(image)[:2], (1,)), axis=0), tf.constant(255, tf.uint8))
        return tf.concat((image, opaque), axis=-1)
    return image
