"""From a trained network to LiteRT files."""

from __future__ import annotations

import keras
import numpy as np
from numpy.typing import NDArray

from memnas_tf.errors import ExportError
from memnas_tf.litert.conversion import convert
from memnas_tf.litert.file_order import in_best_order
from memnas_tf.litert.interpreter import start_interpreter
from memnas_tf.preprocessing import Preprocessing
from serving.litert.pixel_model import pixel_model, representative_pixels

PIXEL_SCALE = (1.0, 0)  # of a value, and the value that means zero


def litert_file(
    network: keras.Model,
    preprocessing: Preprocessing,
    dtype: str,
    train_images: NDArray[np.uint8],
) -> bytes:
    """Write a network as a LiteRT model that takes uint8 pixels, in the best order of operations.

    Args:
        network: Takes normalised images.
        preprocessing: What it was trained with.
        dtype: One of `memnas_tf.litert.conversion.TYPES`. "int8" has uint8 input and output.
        train_images: Pixels of shape (n, height, width, channels), to measure ranges on for int8.

    Returns:
        The LiteRT model.

    Raises:
        ConfigError: If the dtype is another.
        ExportError: If the network cannot be converted, or there is no image to measure on.
    """
    if dtype != "int8":
        return in_best_order(convert(pixel_model(network, preprocessing, "uint8"), dtype))
    # The converter would leave a cast from uint8 to float32 in a quantised model.
    model = pixel_model(network, preprocessing, "float32")
    content = convert(model, dtype, representative_pixels(train_images), ends="uint8")
    _check_pixels(content)
    return in_best_order(content)


def _check_pixels(content: bytes) -> None:
    (details,) = start_interpreter(content).get_input_details()
    if details["quantization"] != PIXEL_SCALE:
        raise ExportError(
            f"the converter gave the input a scale and a zero of {details['quantization']} instead "
            f"of {PIXEL_SCALE}, so that pixels would have to be rescaled; export float32 or float16"
        )
