"""Images to warm a server up with and to check an export on, in the form of every signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from memnas_tf.preprocessing import Preprocessing
from serving.contract import IMAGE_FEATURE

Pixels = NDArray[np.uint8]
COUNT = 8


class Expected(NamedTuple):
    """What the trained network says of sample images.

    Attributes:
        images: uint8 pixels of shape (n, height, width, channels).
        probabilities: float32 of shape (n, classes).
        tolerance: How far a probability may be off.
    """

    images: Pixels
    probabilities: NDArray[np.float32]
    tolerance: float

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Expected:
        """Take them from a file.

        Args:
            arrays: What the file holds by name.

        Returns:
            What it says.

        Raises:
            ValueError: If it says something else.
        """
        kinds = {"images": ("u", 4), "probabilities": ("f", 2), "tolerance": ("f", 0)}
        found = {name: (array.dtype.kind, array.ndim) for name, array in arrays.items()}
        if found != kinds or len(arrays["images"]) != len(arrays["probabilities"]):
            raise ValueError("it holds no images and their probabilities")
        images, probabilities, tolerance = (arrays[name] for name in kinds)
        return cls(images, probabilities, float(tolerance))


def sample_images(input_shape: tuple[int, int, int]) -> Pixels:
    """Make images of noise on different backgrounds, always the same.

    Args:
        input_shape: Height, width and channels.

    Returns:
        uint8 pixels of shape (COUNT, height, width, channels).
    """
    rng = np.random.default_rng(0)
    background = rng.uniform(0, 255, (COUNT, 1, 1, input_shape[2]))
    noise = rng.normal(0, 40, (COUNT, *input_shape))
    return np.clip(np.round(background + noise), 0, 255).astype(np.uint8)


def signature_inputs(
    images: Pixels, preprocessing: Preprocessing
) -> Mapping[str, Sequence[Any] | NDArray[Any]]:
    """Put images into the form that each signature takes.

    Args:
        images: uint8 pixels of shape (n, height, width, channels).
        preprocessing: What the network was trained with.

    Returns:
        For every signature of `signature_contracts` a batch of n: an array, or bytes for each
        image.
    """
    import tensorflow as tf

    from memnas_tf.data.cropping import frame

    pictures = [frame(image) for image in images] if preprocessing.centre_crop else images
    files = [tf.io.encode_png(picture).numpy() for picture in pictures]
    mean, std = np.array([preprocessing.mean, preprocessing.std], np.float32)
    return {
        "serving_default": images,
        "serve_bytes": files,
        "serve_raw": (images.astype(np.float32) - mean) / std,
        "classify": [_example(file).SerializeToString() for file in files],
    }


def _example(file: bytes) -> Any:
    import tensorflow as tf

    feature = tf.train.Feature(bytes_list=tf.train.BytesList(value=[file]))
    return tf.train.Example(features=tf.train.Features(feature={IMAGE_FEATURE: feature}))
