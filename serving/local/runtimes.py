"""How each runtime answers for pixels that were brought to a network's size as in training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from memnas_tf.data.augmentation import normalize
from memnas_tf.data.image_headers import read_content
from memnas_tf.data.interface import Images
from memnas_tf.documents import read_bytes
from memnas_tf.errors import DataError, DocumentError, ExportError
from memnas_tf.keras_models.loading import load_keras_model
from memnas_tf.litert.interpreter import start_interpreter
from memnas_tf.litert.micro_interpreter import micro_outputs, start_micro_interpreter
from memnas_tf.litert.micro_reader import read_micro_graph
from memnas_tf.preprocessing import Preprocessing
from serving.signature_functions import decode_as_trained

# From one image of uint8 pixels, with a batch of one, to the probability of each class.
Runtime = Callable[[Images], NDArray]

_SIGNATURE = "serving_default"  # of pixels
_KERNELS = "xnnpack"  # what LiteRT takes by itself
_LARGEST_MODEL = 1 << 31  # bytes: of any flatbuffer


def read_pixels(image: Path, preprocessing: Preprocessing) -> Images:
    """Read an image file as the images that a network was trained and measured on.

    Args:
        image: A JPEG or PNG file.
        preprocessing: What the network was trained with.

    Returns:
        uint8 pixels of shape (1, height, width, channels).

    Raises:
        DataError: If it is no image that can be read.
    """
    try:
        pixels: Images = decode_as_trained(tf.constant(read_content(image)), preprocessing).numpy()
    except tf.errors.OpError as error:
        raise DataError(f"{str(image)!r} cannot be decoded: repair it, or move it away") from error
    return pixels[np.newaxis]


def keras_runtime(file: Path, preprocessing: Preprocessing) -> Runtime:
    """Let Keras answer, with a trained network.

    Args:
        file: A `.keras` file, of a network that takes normalised images.
        preprocessing: What it was trained with.

    Returns:
        What answers.

    Raises:
        ModelError: If it cannot be loaded.
    """
    model = load_keras_model(file)

    def run(pixels: Images) -> NDArray:
        images = normalize(pixels, preprocessing.mean, preprocessing.std)
        answer: NDArray = np.asarray(model(images, training=False))[0]
        return answer

    return run


def saved_model_runtime(folder: Path) -> Runtime:
    """Let TensorFlow answer, with an exported SavedModel.

    Args:
        folder: The SavedModel's.

    Returns:
        What answers.

    Raises:
        ExportError: If it cannot be loaded, or is none of ours.
    """
    try:
        model = tf.saved_model.load(str(folder))
        serve = model.signatures[_SIGNATURE]
        (name,) = serve.structured_input_signature[1]
    except (OSError, ValueError, KeyError, tf.errors.OpError) as error:
        raise ExportError(
            f"{str(folder)!r} cannot be loaded as a SavedModel of ours: {error}"
        ) from error

    def run(pixels: Images) -> NDArray:
        answers = serve(**{name: tf.constant(pixels)})
        answer: NDArray = answers["probabilities"].numpy()[0]
        return answer

    run.model = model  # type: ignore[attr-defined]  # or its variables would be gone
    return run


def litert_runtime(file: Path) -> Runtime:
    """Let LiteRT answer, with an exported file.

    Args:
        file: A model that takes uint8 pixels.

    Returns:
        What answers.

    Raises:
        ExportError: If ai-edge-litert is not installed, or cannot run it.
    """
    content = _read_model(file)
    try:
        interpreter = start_interpreter(content, _KERNELS)
    except (ValueError, RuntimeError) as error:
        raise ExportError(f"LiteRT does not load {str(file)!r}: {error}") from error
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()

    def run(pixels: Images) -> NDArray:
        interpreter.set_tensor(source["index"], pixels)
        interpreter.invoke()
        return _probabilities(interpreter.get_tensor(target["index"])[0], target["quantization"])

    return run


def tflm_runtime(file: Path, arena_size: int) -> Runtime:
    """Let TensorFlow Lite for Microcontrollers answer, in the arena that a device would give it.

    Args:
        file: A model that takes uint8 and gives int8.
        arena_size: The arena's bytes on this machine.

    Returns:
        What answers.

    Raises:
        ExportError: If tflite-micro is not installed, or cannot run the model in that arena.
    """
    content = _read_model(file)
    try:
        read_micro_graph(content)  # the runtime itself trusts a file blindly
    except ExportError as error:
        raise ExportError(f"{str(file)!r} is no such model: {error}") from error
    interpreter = start_micro_interpreter(content, arena_size)
    details: dict[str, Any] = interpreter.get_output_details(0)["quantization_parameters"]
    scale, zero_point = (float(details[name][0]) for name in ("scales", "zero_points"))

    def run(pixels: Images) -> NDArray:
        return _probabilities(micro_outputs(interpreter, pixels).ravel(), (scale, zero_point))

    return run


def _read_model(file: Path) -> bytes:
    try:
        return read_bytes(file, _LARGEST_MODEL)
    except (DocumentError, OSError) as error:
        raise ExportError(f"{str(file)!r} cannot be read: {error}") from error


def _probabilities(output: NDArray, quantization: tuple[float, float]) -> NDArray:
    if output.dtype == np.float32:
        return output
    scale, zero_point = quantization
    return np.float32(scale) * (output.astype(np.float32) - np.float32(zero_point))
