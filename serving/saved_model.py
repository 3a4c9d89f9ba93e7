"""Export a trained network as a SavedModel that needs none of our code."""

from __future__ import annotations

from pathlib import Path

import keras

from memnas_tf.errors import ExportError
from memnas_tf.preprocessing import Preprocessing
from serving.versions import next_version, publish


def export_saved_model(
    model: keras.Model,
    preprocessing: Preprocessing,
    directory: str | Path,
    version: int | None = None,
) -> Path:
    """Write `<directory>/<version>/` with two signatures.

    `serving_default` takes `images`, uint8 pixels of shape (batch, height, width, channels), and
    gives `probabilities` (batch, classes), `class_id` (batch,) and `label` (batch,). `serve_raw`
    takes `images` as the network was trained on them, normalised float32, and gives
    `probabilities`.

    Args:
        model: The trained network.
        preprocessing: What it was trained with.
        directory: The model directory, as TF-Serving takes it.
        version: The version's number; None for the next.

    Returns:
        The version's directory.

    Raises:
        ExportError: If the version exists, the preprocessing does not fit the model, or Keras
            runs on a backend other than TensorFlow.
    """
    _check(model, preprocessing)
    if version is None:
        version = next_version(directory)
    with publish(directory, version) as temporary:
        _write(model, preprocessing, temporary)
    return Path(directory) / str(version)


def _check(model: keras.Model, preprocessing: Preprocessing) -> None:
    backend = keras.backend.backend()
    if backend != "tensorflow":
        raise ExportError(
            f"a SavedModel is written by TensorFlow, and Keras runs on {backend}; "
            "set KERAS_BACKEND=tensorflow"
        )
    if tuple(model.input_shape[1:]) != preprocessing.input_shape:
        raise ExportError(
            f"the preprocessing is for images of {preprocessing.input_shape}, "
            f"the network takes {tuple(model.input_shape[1:])}"
        )
    if model.output_shape[-1] != len(preprocessing.labels):
        raise ExportError(
            f"the network tells {model.output_shape[-1]} classes apart, "
            f"and there are {len(preprocessing.labels)} labels"
        )


def _write(model: keras.Model, preprocessing: Preprocessing, directory: Path) -> None:
    import tensorflow as tf

    shape = (None, *preprocessing.input_shape)
    labels = tf.constant(preprocessing.labels)

    def serve(images: tf.Tensor) -> dict[str, tf.Tensor]:
        pixels = tf.cast(images, tf.float32)
        normalised = (pixels - preprocessing.mean) / preprocessing.std
        probabilities = tf.cast(model(normalised, training=False), tf.float32)
        class_id = tf.argmax(probabilities, axis=-1)
        return {
            "probabilities": probabilities,
            "class_id": class_id,
            "label": tf.gather(labels, class_id),
        }

    def serve_raw(images: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"probabilities": tf.cast(model(images, training=False), tf.float32)}

    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serving_default", serve, [tf.TensorSpec(shape, tf.uint8, "images")])
    archive.add_endpoint("serve_raw", serve_raw, [tf.TensorSpec(shape, tf.float32, "images")])
    archive.write_out(str(directory), verbose=False)
