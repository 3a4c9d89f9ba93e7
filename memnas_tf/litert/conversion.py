"""Conversion of a Keras model to LiteRT, in float32 or in int8."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from memnas_tf.errors import ConfigError, ExportError

CALIBRATION_IMAGES = 4


def convert(
    model: Any, dtype: str = "float32", images: Iterable[np.ndarray[Any, Any]] | None = None
) -> bytes:
    """Convert a Keras model to a LiteRT model of fixed shapes, with a batch of one.

    Args:
        model: A functional Keras model.
        dtype: "float32", or "int8" for int8 weights, tensors, input and output.
        images: Batches of one, of the model's input shape, to measure the ranges of tensors on
            for int8. With None they are noise: tensors have their sizes, and scores no meaning.

    Returns:
        The LiteRT model.

    Raises:
        ConfigError: If the dtype is another.
        ExportError: If the model holds operations that LiteRT does not have.
    """
    import tensorflow as tf  # here, as it takes seconds

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if dtype == "int8":
        calibration = list(_noise(model) if images is None else images)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([image] for image in calibration)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    elif dtype != "float32":
        raise ConfigError(f"dtype is {dtype!r}; use float32 or int8")
    with _quiet_output():
        try:
            content: bytes = converter.convert()
        except Exception as error:  # the converter raises what it likes
            line = next(iter(str(error).strip().splitlines()), type(error).__name__)
            raise ExportError(f"this model cannot be converted to LiteRT: {line}") from error
    return content


def _noise(model: Any) -> Iterator[np.ndarray[Any, Any]]:
    shape = (1, *model.inputs[0].shape[1:])
    rng = np.random.default_rng(0)
    for _ in range(CALIBRATION_IMAGES):
        yield rng.normal(size=shape).astype("float32")


@contextlib.contextmanager
def _quiet_output() -> Iterator[None]:
    """Send what Keras and the converter's C++ print to nowhere: a page for every conversion."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [(stream, os.dup(stream)) for stream in (1, 2)]
    with open(os.devnull, "wb") as nowhere:
        for stream, _ in kept:
            os.dup2(nowhere.fileno(), stream)
        try:
            with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that ranges were not given: they are measured
                yield
        finally:
            for stream, copy in kept:
                os.dup2(copy, stream)
                os.close(copy)
