"""Which classes a LiteRT file and the Keras model see in images."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from memnas_tf.data.dataset import ImageDataset
from memnas_tf.data.interface import Images, Labels
from memnas_tf.data.pipeline import evaluation_pipeline
from memnas_tf.litert.interpreter import start_interpreter
from memnas_tf.preprocessing import Preprocessing

EVALUATION_BATCH = 256
KERNELS = "xnnpack"  # what the interpreter takes by itself, and the fastest

Classes = NDArray[np.int64]
Answers = NDArray[np.uint8] | NDArray[np.int8] | NDArray[np.float32]


class Evaluation(NamedTuple):
    """The images that files are measured on, and what Keras sees in them.

    Attributes:
        split: The test split's name, or "held out".
        images: Pixels of shape (n, height, width, channels), uint8.
        labels: The class of each image.
        keras: The class that the Keras model sees in each.
    """

    split: str
    images: Images
    labels: Labels
    keras: Classes


def evaluate(network: keras.Model, preprocessing: Preprocessing, data: ImageDataset) -> Evaluation:
    """Classify the test split with Keras, or without one the images held out of training.

    Args:
        network: Takes normalised images.
        preprocessing: What it was trained with.
        data: What it was trained on.

    Returns:
        The images and their classes.

    Raises:
        DataError: If the test split cannot be read.
    """
    if data.test_split is None:
        split, images, labels = "held out", data.validation_images, data.validation_labels
    else:
        split = data.test_split
        images, labels = data.load_test()
    return Evaluation(split, images, labels, keras_classes(network, preprocessing, images, labels))


def share(classes: Classes, others: Classes | Labels) -> float:
    """Return the part of images of which both say the same, from 0 to 1."""
    return float(np.mean(classes == others))


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
    classes: Classes = litert_answers(content, images, KERNELS, on_image).argmax(-1)
    return classes


def litert_answers(
    content: bytes, images: Images, kernels: str, on_image: Callable[[], object] = lambda: None
) -> Answers:
    """Run a LiteRT file on images, one at a time.

    Args:
        content: A LiteRT model that takes uint8 pixels.
        images: Pixels of shape (n, height, width, channels), uint8.
        kernels: As for `memnas_tf.litert.interpreter.start_interpreter`.
        on_image: Called after each image.

    Returns:
        The outputs, of shape (n, classes).
    """
    interpreter = start_interpreter(content, kernels)
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()
    answers: Answers = np.empty((len(images), target["shape"][-1]), target["dtype"])
    for index in range(len(images)):
        interpreter.set_tensor(source["index"], images[index : index + 1])
        interpreter.invoke()
        answers[index] = interpreter.get_tensor(target["index"]).ravel()
        on_image()
    return answers
