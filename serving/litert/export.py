"""Export a trained network as LiteRT files, each measured beside the Keras model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import keras

from memnas_tf.data.dataset import ImageDataset
from memnas_tf.errors import ConfigError
from memnas_tf.keras_models.estimate import check_backend
from memnas_tf.keras_models.loading import check_measurable
from memnas_tf.litert.conversion import TYPES
from memnas_tf.litert.interpreter import require_interpreter
from memnas_tf.preprocessing import PREPROCESSING_FILE, Preprocessing
from serving.label_file import LABELS_FILE, write_labels
from serving.litert.checks import check_directory, check_fit
from serving.litert.conversion import litert_file
from serving.litert.evaluation import Evaluation, evaluate, litert_classes, share
from serving.litert.report import LitertReport, TypeReport, arena_sizes
from serving.versions import next_version, publish

REPORT_FILE = "report.json"

# Told what is done, how much of it is over, and how much there is: 0 where that is not known.
OnProgress = Callable[[str, int, int], object]


class LitertExport(NamedTuple):
    """What was exported.

    Attributes:
        path: The version's directory.
        report: What the files need, and how well they do.
    """

    path: Path
    report: LitertReport


def export_litert(
    network: keras.Model,
    preprocessing: Preprocessing,
    data: ImageDataset,
    directory: str | Path,
    types: Sequence[str] = TYPES,
    version: int | None = None,
    on_progress: OnProgress = lambda what, done, total: None,
) -> LitertExport:
    """Write `<directory>/<version>/` with a LiteRT file of each type, labels and a report.

    The files `model_<type>.tflite` take one image as `images`, uint8 pixels of shape (1, height,
    width, channels), and give `probabilities` (1, classes): float32, or in int8 files uint8 in
    steps of 1/256. Line i of `labels.txt` names class i.

    Args:
        network: The trained network, which takes normalised images.
        preprocessing: What it was trained with.
        data: What it was trained on: training images measure the ranges of int8 tensors, and the
            test split, or without one the images held out, the accuracy of each type.
        directory: The model directory.
        types: Types of files, of `memnas_tf.litert.conversion.TYPES`.
        version: The version's number; None for the next.
        on_progress: Told how far the export is.

    Returns:
        The version's directory and the report.

    Raises:
        ConfigError: If a type is another, or there is none.
        DataError: If the test split cannot be read.
        ExportError: If the version exists, the directory holds SavedModels, the network, the
            preprocessing and the data do not fit each other, the network cannot be converted, or
            ai-edge-litert is not installed.
        ModelError: If the network is of no kind that can be converted, or Keras does not run on
            TensorFlow.
    """
    require_interpreter()
    check_backend()
    check_measurable(network)
    _check_types(types)
    check_fit(network, preprocessing, data)
    check_directory(Path(directory))
    if version is None:
        version = next_version(directory)
    with publish(directory, version) as temporary:
        on_progress("measuring the Keras model", 0, 0)
        evaluation = evaluate(network, preprocessing, data)
        reports = {}
        for dtype in dict.fromkeys(types):
            on_progress(f"converting to {dtype}", 0, 0)
            content = litert_file(network, preprocessing, dtype, data.train_images)
            file = temporary / f"model_{dtype}.tflite"
            file.write_bytes(content)
            reports[dtype] = _measure(content, file.name, evaluation, dtype, on_progress)
        report = LitertReport(
            data.name,
            evaluation.split,
            len(evaluation.images),
            share(evaluation.keras, evaluation.labels),
            reports,
        )
        write_labels(temporary / LABELS_FILE, preprocessing.labels)
        preprocessing.save(temporary / PREPROCESSING_FILE)
        (temporary / REPORT_FILE).write_text(report.to_json(), "utf-8")
    return LitertExport(Path(directory) / str(version), report)


def _measure(
    content: bytes, name: str, evaluation: Evaluation, dtype: str, on_progress: OnProgress
) -> TypeReport:
    total, done = len(evaluation.images), 0

    def on_image() -> None:
        nonlocal done
        done += 1
        on_progress(f"measuring {dtype}", done, total)

    classes = litert_classes(content, evaluation.images, on_image)
    return TypeReport(
        name,
        len(content),
        share(classes, evaluation.labels),
        share(classes, evaluation.keras),
        arena_sizes(content),
    )


def _check_types(types: Sequence[str]) -> None:
    unknown = [dtype for dtype in types if dtype not in TYPES]
    if unknown or not types:
        named = f"{unknown[0]!r} is no type of LiteRT files" if unknown else "no type is named"
        raise ConfigError(f"{named}; use one or more of {', '.join(TYPES)}")
