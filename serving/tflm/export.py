"""Export a trained network for TensorFlow Lite for Microcontrollers, checked on the real one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from memnas_tf.data.dataset import ImageDataset
from memnas_tf.keras_models.estimate import check_backend
from memnas_tf.keras_models.loading import check_measurable
from memnas_tf.litert.interpreter import require_interpreter, start_interpreter
from memnas_tf.litert.micro_file import MicroFile, make_micro_file
from memnas_tf.litert.micro_interpreter import require_micro_interpreter
from memnas_tf.litert.micro_reader import read_micro_graph
from memnas_tf.preprocessing import PREPROCESSING_FILE, Preprocessing
from serving.label_file import LABELS_FILE, write_labels
from serving.litert.checks import check_directory, check_fit
from serving.litert.conversion import litert_file
from serving.litert.evaluation import Evaluation, evaluate, litert_answers, share
from serving.litert.export import OnProgress
from serving.tflm.card import Accuracies, Answers, End, Ram, TestImage, TflmCard
from serving.tflm.cpp import render
from serving.tflm.evaluation import (
    check_answers,
    check_arena,
    equal_images,
    explained_difference,
    largest_difference,
    micro_answers,
)
from serving.versions import next_version, publish

MODEL_FILE = "model.tflite"
CARD_FILE = "card.json"
RENDERED = (
    "model.h",
    "model.cc",
    "model_operations.h",
    "test_image.h",
    "test_image.cc",
    "main.cc",
    "README.md",
)
WHEEL = 64  # bits of a word where everything is checked
_LIBRARIES = ("memnas-tf", "tflite-micro", "ai-edge-litert")


class TflmExport(NamedTuple):
    """What was exported.

    Attributes:
        path: The version's directory.
        card: What the file needs, and how well it does.
    """

    path: Path
    card: TflmCard


class _Measured(NamedTuple):
    """What was seen in the images."""

    accuracy: Accuracies
    answers: Answers
    test_image: TestImage


def export_tflm(
    network: keras.Model,
    preprocessing: Preprocessing,
    data: ImageDataset,
    directory: str | Path,
    version: int | None = None,
    on_progress: OnProgress = lambda what, done, total: None,
) -> TflmExport:
    """Write `<directory>/<version>/` with an int8 file for microcontrollers and C++ around it.

    `model.tflite` takes one image of uint8 pixels and gives int8 probabilities in steps of 1/256.
    It appears only if it runs in its smallest arena and in no less, and if every answer to the
    images of the test split is that of LiteRT's reference kernels, byte by byte; only where a dense
    layer could not be written as a convolution, up to what its rounding explains.

    Args:
        network: The trained network, which takes normalised images.
        preprocessing: What it was trained with.
        data: What it was trained on: training images measure the ranges of tensors, and the test
            split, or without one the images held out, the accuracy.
        directory: The model directory.
        version: The version's number; None for the next.
        on_progress: Told how far the export is.

    Returns:
        The version's directory and the card.

    Raises:
        ConfigError: If the memory of one of its operations is not known.
        DataError: If the test split cannot be read.
        ExportError: If the version exists, the directory holds SavedModels, the network, the
            preprocessing and the data do not fit each other, the network cannot be converted, it
            does not do on the runtime what is said here, or tflite-micro or ai-edge-litert is not
            installed.
        ModelError: If the network is of no kind that can be converted, or Keras does not run on
            TensorFlow.
    """
    require_micro_interpreter()
    require_interpreter()
    check_backend()
    check_measurable(network)
    check_fit(network, preprocessing, data)
    check_directory(Path(directory))
    if version is None:
        version = next_version(directory)
    with publish(directory, version) as temporary:
        on_progress("converting to int8", 0, 0)
        converted = litert_file(network, preprocessing, "int8", data.train_images)
        on_progress("planning its memory", 0, 0)
        made = make_micro_file(converted, rewrite=True)
        check_arena(made.content, made.memory[WHEEL].smallest_arena)
        on_progress("measuring the Keras model", 0, 0)
        evaluation = evaluate(network, preprocessing, data)
        measured = _measure(made, converted, evaluation, on_progress)
        card = _card(made, converted, measured, evaluation.split, data.name, preprocessing)
        (temporary / MODEL_FILE).write_bytes(made.content)
        write_labels(temporary / LABELS_FILE, preprocessing.labels)
        preprocessing.save(temporary / PREPROCESSING_FILE)
        (temporary / CARD_FILE).write_text(card.to_json(), "utf-8")
        values = {
            "card": card,
            "content": made.content,
            "pixels": evaluation.images[measured.test_image.index].tobytes(),
        }
        for name in RENDERED:
            (temporary / name).write_text(render(name, values), "utf-8", newline="\n")
    return TflmExport(Path(directory) / str(version), card)


def _measure(
    made: MicroFile, converted: bytes, evaluation: Evaluation, on_progress: OnProgress
) -> _Measured:
    images, labels = evaluation.images, evaluation.labels

    def counted(what: str) -> Callable[[], None]:
        done = 0

        def on_image() -> None:
            nonlocal done
            done += 1
            on_progress(f"measuring {what}", done, len(images))

        return on_image

    arena = made.memory[WHEEL].smallest_arena
    answers = micro_answers(made.content, arena, images, counted("microcontrollers' kernels"))
    on_image = counted("LiteRT's reference kernels")
    reference = litert_answers(made.reference, images, "reference", on_image)
    explained = explained_difference(made.reference)
    check_answers(answers, reference, explained)
    xnnpack = litert_answers(converted, images, "xnnpack", counted("XNNPACK"))
    accuracies = (share(each.argmax(-1), labels) for each in (answers, reference, xnnpack))
    return _Measured(
        Accuracies(share(evaluation.keras, labels), *accuracies),
        Answers(
            len(images),
            equal_images(answers, reference),
            largest_difference(answers, reference),
            explained,
        ),
        _test_image(answers, labels),
    )


def _test_image(answers: NDArray[np.int8], labels: NDArray[np.integer]) -> TestImage:
    """Choose the first image whose class is seen, or the first one if none is."""
    index = int(np.argmax(answers.argmax(-1) == labels))
    return TestImage(index, int(labels[index]), tuple(map(int, answers[index])))


def _card(
    made: MicroFile,
    converted: bytes,
    measured: _Measured,
    split: str,
    dataset: str,
    preprocessing: Preprocessing,
) -> TflmCard:
    interpreter = start_interpreter(made.reference)
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()
    operations = read_micro_graph(made.content).operations
    pixels = "pixels from 0 to 255; the model normalises them itself"
    return TflmCard(
        MODEL_FILE,
        len(made.content),
        len(converted),
        {str(word): Ram.of(made.memory[word], made.before[word]) for word in made.memory},
        dict(sorted(Counter(operation.kind for operation in operations).items())),
        _end(source, "batch, height, width, channels", pixels),
        _end(target, "the classes", "probabilities; 128 more than the byte, of 256"),
        preprocessing.labels,
        dataset,
        split,
        *measured,
        {name: metadata.version(name) for name in _LIBRARIES},
    )


def _end(details: dict[str, Any], layout: str, meaning: str) -> End:
    scale, zero_point = details["quantization"]
    shape = tuple(map(int, details["shape"]))
    dtype = np.dtype(details["dtype"]).name
    return End(dtype, shape, layout, float(scale), int(zero_point), meaning)
