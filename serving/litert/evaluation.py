"""Which classes a LiteRT file and the Keras model see in images."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
from numpy.typing import NDArray

from memnas_tf.data.arrays import Images, Labels
from memnas_tf.data.pipeline import evaluation_pipeline
from memnas_tf.litert.interpreter import start_interpreter
from memnas_tf.preprocessing import Preprocessing

EVALUATION_BATCH = 256
KERNELS = "xnnpack"  # what the interpreter takes by itself, and the fastest

Classes = NDArray[np.int64]


def keras_classes(
    network: keras.Model, preprocessing: Preprocessing, images: Images, labels: Labels
) -> Classes:
    """Classify images with Keras.

    Args:
        network: Takes normalised images.
        preprocessing: What it was trained with.
        images: Pixels of shape (n, height, width, channels), uint8.
        labels: The class of each image.

    Returns:
        The most probable class of each image.
    """
    batches = evaluation_pipeline(
        images,
        labels,
        mean=preprocessing.mean,
        std=preprocessing.std,
        batch_size=EVALUATION_BATCH,
    )
    classes: Classes = network.predict(batches, verbose=0).argmax(-1)
    return classes


def litert_classes(
    content: bytes, images: Images, on_image: Callable[[], object] = lambda: None
) -> Classes:
    """Classify images with a LiteRT file, one at a time, as a device does.

    Args:
        content: A LiteRT model that takes uint8 pixels.
        images: Pixels of shape (n, height, width, channels), uint8.
        on_image: Called after each image.

    Returns:
        The most probable class of each image.
    """
    interpreter = start_interpreter(content, KERNELS)
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()
    classes = np.empty(len(images), np.int64)
    for index in range(len(images)):
        interpreter.set_tensor(source["index"], images[index : index + 1])
        interpreter.invoke()
        classes[index] = interpreter.get_tensor(target["index"]).argmax()
        on_image()
    return classes
