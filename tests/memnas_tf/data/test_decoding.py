"""One rule from files to pixels: that of Pillow, and the same in a graph and outside."""

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from memnas_tf.data.decoding import decode_image, decode_window
from memnas_tf.data.image_headers import MAX_PIXELS
from tests.helpers.image_kinds import image_files, pillow_pixels, png_header

FILES = image_files(21, 34)
PNG = FILES["png"]


def converted(kind):
    file = io.BytesIO()
    Image.open(io.BytesIO(PNG)).save(file, kind)
    return file.getvalue()


@pytest.fixture(scope="module")
def in_graph():
    return {
        channels: tf.function(lambda encoded, channels=channels: decode_image(encoded, channels))
        for channels in (1, 3, 4)
    }


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_are_those_of_pillow(in_graph, kind, channels):
    encoded = tf.constant(FILES[kind])
    pixels = in_graph[channels](encoded)
    np.testing.assert_array_equal(pixels, pillow_pixels(FILES[kind], channels))
    np.testing.assert_array_equal(pixels, decode_image(encoded, channels))


@pytest.mark.parametrize("kind", ["jpeg", "png", "png, 16 bits, rgb"])
def test_what_is_not_transparent_is_opaque(in_graph, kind):
    pixels = in_graph[4](tf.constant(FILES[kind])).numpy()
    np.testing.assert_array_equal(pixels[..., :3], pillow_pixels(FILES[kind], 3))
    assert (pixels[..., 3] == 255).all()


def test_a_window_has_the_pixels_of_the_whole():
    # Within the file a JPEG's colours are interpolated from both sides of a border: not within it.
    for kind in ("jpeg, colours whole", "jpeg, grey", "png, 16 bits, grey"):
        encoded = tf.constant(FILES[kind])
        window = decode_window(encoded, 3, lambda size: tf.stack((3, 5, size[0] - 8, 20)))
        np.testing.assert_array_equal(window, decode_image(encoded, 3)[3:16, 5:25])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (converted("GIF"), "neither a JPEG nor a PNG file: convert it"),
        (converted("BMP"), "neither a JPEG nor a PNG file: convert it"),
        (b"", "neither a JPEG nor a PNG file"),
        (PNG[:12], "Invalid PNG"),
        (PNG[:200], "Invalid PNG"),
        (FILES["jpeg"][:300], "Invalid JPEG"),
        (FILES["jpeg"][:700], "Invalid JPEG"),
        (png_header(2**14, 2**14), f"more than {MAX_PIXELS:,} pixels"),
    ],
)
def test_what_is_no_such_image_is_refused(in_graph, content, message):
    for decode in (in_graph[3], lambda encoded: decode_image(encoded, 3)):
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            decode(tf.constant(content))


def test_a_palette_without_opacity_is_refused_where_opacity_counts(in_graph):
    with pytest.raises(tf.errors.InvalidArgumentError, match="convert it to RGBA"):
        in_graph[4](tf.constant(FILES["png, palette"]))
