"""Export a trained network as LiteRT files, each measured beside the Keras model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from memnas_tf.data.arrays import Images, Labels
from memnas_tf.data.dataset import ImageDataset
from memnas_tf.errors import ConfigError, ExportError
from memnas_tf.keras_models.estimate import check_backend
from memnas_tf.keras_models.loading import check_measurable
from memnas_tf.litert.conversion import TYPES
from memnas_tf.litert.interpreter import require_interpreter
from memnas_tf.preprocessing import Preprocessing
from serving.label_file import LABELS_FILE, check_labels, write_labels
from serving.litert.conversion import litert_file
from serving.litert.evaluation import Classes, keras_classes, litert_classes
from serving.litert.report import LitertReport, TypeReport, arena_sizes
from serving.versions import next_version, publish

REPORT_FILE = "report.json"
SAVED_MODEL_FILE = "saved_model.pb"

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


class _Evaluation(NamedTuple):
    """The images that files are measured on, and what Keras sees in them."""

    split: str
    images: Images
    labels: Labels
    keras: Classes


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
    _check_fit(network, preprocessing, data)
    _check_directory(Path(directory))
    if version is None:
        version = next_version(directory)
    with publish(directory, version) as temporary:
        on_progress("measuring the Keras model", 0, 0)
        evaluation = _evaluation(network, preprocessing, data)
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
            _share(evaluation.keras, evaluation.labels),
            reports,
        )
        write_labels(temporary / LABELS_FILE, preprocessing.labels)
        (temporary / REPORT_FILE).write_text(report.to_json(), "utf-8")
    return LitertExport(Path(directory) / str(version), report)


def _measure(
    content: bytes, name: str, evaluation: _Evaluation, dtype: str, on_progress: OnProgress
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
        _share(classes, evaluation.labels),
        _share(classes, evaluation.keras),
        arena_sizes(content),
    )


def _evaluation(
    network: keras.Model, preprocessing: Preprocessing, data: ImageDataset
) -> _Evaluation:
    if data.test_split is None:
        split, images, labels = "held out", data.validation_images, data.validation_labels
    else:
        split = data.test_split
        images, labels = data.load_test()
    return _Evaluation(split, images, labels, keras_classes(network, preprocessing, images, labels))


def _share(classes: Classes, others: Classes) -> float:
    return float(np.mean(classes == others))


def _check_types(types: Sequence[str]) -> None:
    unknown = [dtype for dtype in types if dtype not in TYPES]
    if unknown or not types:
        named = f"{unknown[0]!r} is no type of LiteRT files" if unknown else "no type is named"
        raise ConfigError(f"{named}; use one or more of {', '.join(TYPES)}")


def _check_fit(network: keras.Model, preprocessing: Preprocessing, data: ImageDataset) -> None:
    shapes = [tuple(output.shape) for output in network.outputs]
    classes = len(preprocessing.labels)
    if shapes != [(None, classes)]:
        raise ExportError(
            f"the network gives {shapes}, and {classes} labels need one output of (None, {classes})"
        )
    takes = tuple(network.inputs[0].shape[1:])
    for name, shape in (
        ("the preprocessing is for", preprocessing.input_shape),
        (f"the data set {data.name!r} has", data.input_shape),
    ):
        if shape != takes:
            raise ExportError(f"{name} images of {shape}, and the network takes {takes}")
    check_labels(preprocessing.labels)
    if data.labels != preprocessing.labels:
        raise ExportError(
            f"the labels of the data set {data.name!r} are not those of the network; "
            "name the set that it was trained on"
        )


def _check_directory(directory: Path) -> None:
    """Keep LiteRT files from becoming the newest version of a model that a server reads."""
    served = next(directory.glob(f"*/{SAVED_MODEL_FILE}"), None)
    if served is not None:
        raise ExportError(
            f"{str(directory)!r} holds SavedModels, such as version {served.parent.name}, for a "
            "model server, which cannot load LiteRT files; name another directory"
        )
