"""What an export for devices refuses before it begins."""

from __future__ import annotations

from pathlib import Path

import keras

from memnas_tf.data.dataset import ImageDataset
from memnas_tf.errors import ExportError
from memnas_tf.preprocessing import Preprocessing
from serving.label_file import check_labels
from serving.versions import SAVED_MODEL_FILE


def check_fit(network: keras.Model, preprocessing: Preprocessing, data: ImageDataset) -> None:
    """Refuse a network, a preprocessing and data that are not of each other.

    Args:
        network: Takes normalised images.
        preprocessing: What it is said to be trained with.
        data: What it is said to be trained on.

    Raises:
        ExportError: If shapes or labels differ.
    """
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


def check_directory(directory: Path) -> None:
    """Keep files for devices from becoming the newest version of a model that a server reads.

    Args:
        directory: The model directory, which need not exist.

    Raises:
        ExportError: If it holds SavedModels.
    """
    served = next(directory.glob(f"*/{SAVED_MODEL_FILE}"), None)
    if served is not None:
        raise ExportError(
            f"{str(directory)!r} holds SavedModels, such as version {served.parent.name}, for a "
            "model server, which cannot load LiteRT files; name another directory"
        )
