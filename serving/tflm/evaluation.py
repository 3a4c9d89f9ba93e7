"""What a file answers on a microcontroller, and how far that is from LiteRT's answers."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from memnas_tf.data.interface import Images
from memnas_tf.errors import ExportError
from memnas_tf.litert.flatbuffer import kind_of, read_flatbuffer
from memnas_tf.litert.micro_interpreter import micro_outputs, runs_in, start_micro_interpreter
from serving.litert.evaluation import Answers

STEPS = 256  # of a probability


def check_arena(content: bytes, arena_size: int) -> None:
    """Hold a file to the smallest arena that it is said to run in.

    Args:
        content: A file for microcontrollers.
        arena_size: The smallest arena on the machine that this runs on, in bytes.

    Raises:
        ExportError: If it does not run in it, or runs in less.
    """
    start_micro_interpreter(content, arena_size)
    if runs_in(content, arena_size - 1):
        raise ExportError(
            f"the file runs in less than the {arena_size:,} bytes that were worked out as its "
            "smallest arena; the installed tflite-micro is another than the one that was measured"
        )


def micro_answers(
    content: bytes, arena_size: int, images: Images, on_image: Callable[[], object] = lambda: None
) -> NDArray[np.int8]:
    """Run a file on images with the kernels of TensorFlow Lite for Microcontrollers.

    Args:
        content: A file that takes uint8 and gives int8.
        arena_size: The arena's bytes.
        images: Pixels of shape (n, height, width, channels), uint8.
        on_image: Called after each image.

    Returns:
        The outputs, of shape (n, classes).

    Raises:
        ExportError: If it does not run in that arena.
    """
    interpreter = start_micro_interpreter(content, arena_size)
    classes = interpreter.get_output_details(0)["shape"][-1]
    answers = np.empty((len(images), classes), np.int8)
    for index in range(len(images)):
        answers[index] = micro_outputs(interpreter, images[index : index + 1]).ravel()
        on_image()
    return answers


def explained_difference(content: bytes) -> int:
    """Return by how much a probability may differ from that of LiteRT's reference kernels.

    All is equal but dense layers that could not be written as convolutions. The runtimes round
    their sums differently, so that a score may differ by one step of its scale s either way. The
    odds of a class then change by a factor of exp(2 s) at most, and its probability by tanh(s / 2).

    Args:
        content: A LiteRT model that ends with a softmax.

    Returns:
        The difference in steps of 1/256, rounding included; 0 for a model without dense layers.

    Raises:
        ExportError: If the model has no softmax of quantised scores.
    """
    model = read_flatbuffer(content)
    subgraph = model.subgraphs[0]
    kinds = {kind_of(model, operator) for operator in subgraph.operators}
    if "FULLY_CONNECTED" not in kinds:
        return 0
    for operator in subgraph.operators:
        if kind_of(model, operator) == "SOFTMAX":
            scores = subgraph.tensors[operator.inputs[0]].quantization
            if scores is not None and scores.scale is not None:
                return 1 + math.floor(STEPS * math.tanh(float(scores.scale[0]) / 2))
    raise ExportError("the network does not end with a softmax in int8")


def check_answers(answers: NDArray[np.int8], reference: Answers, explained: int) -> None:
    """Refuse answers that differ from those of LiteRT's reference kernels more than is explained.

    Args:
        answers: Of this runtime, of shape (n, classes).
        reference: Of LiteRT's reference kernels.
        explained: The largest difference that rounding explains, from `explained_difference`.

    Raises:
        ExportError: If one differs by more.
    """
    difference = largest_difference(answers, reference)
    if difference > explained:
        images = len(answers) - equal_images(answers, reference)
        raise ExportError(
            f"TensorFlow Lite for Microcontrollers answers otherwise than LiteRT's reference "
            f"kernels for {images:,} of {len(answers):,} images, by up to {difference} of 255, "
            f"where rounding explains {explained}; nothing was exported, please report this network"
        )


def equal_images(answers: NDArray[np.int8], reference: Answers) -> int:
    """Count the images whose answers are the same in every byte."""
    return int((answers == reference).all(-1).sum())


def largest_difference(answers: NDArray[np.int8], reference: Answers) -> int:
    """Return the largest difference of two answers to the same image, in steps of 1/256."""
    return int(np.abs(answers.astype(int) - reference.astype(int)).max(initial=0))
