"""Conversion of a Keras model to LiteRT, in float32, in float16 or in int8."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from memnas_tf.errors import ConfigError, ExportError
from memnas_tf.litert.dilation import whole_dilated_convolutions
from memnas_tf.litert.quiet import quiet_output

CALIBRATION_IMAGES = 4
TYPES = ("float32", "float16", "int8")


def convert(
    model: Any,
    dtype: str = "float32",
    images: Iterable[np.ndarray[Any, Any]] | None = None,
    ends: str = "int8",
) -> bytes:
    """Convert a Keras model to a LiteRT model of fixed shapes, with a batch of one.

    Args:
        model: A functional Keras model.
        dtype: "float32"; "float16" for weights that are kept in float16 and unpacked by the
            interpreter; or "int8" for int8 weights and tensors.
        images: Batches of one, of the model's input shape, to measure the ranges of tensors on
            for int8. With None they are noise: tensors have their sizes, and scores no meaning.
        ends: The type of an int8 model's input and output, "int8" or "uint8".

    Returns:
        The LiteRT model.

    Raises:
        ConfigError: If the dtype or the type of the ends is another.
        ExportError: If there is no image to measure on, or the model holds operations that LiteRT
            does not have.
    """
    if dtype not in TYPES:
        raise ConfigError(f"dtype is {dtype!r}; use one of {', '.join(TYPES)}")
    if ends not in ("int8", "uint8"):
        raise ConfigError(f"the ends are {ends!r}; use int8 or uint8")
    import tensorflow as tf  # here, as it takes seconds

    from memnas_tf.layers.strided_pointwise import for_inference

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if dtype == "float16":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
    elif dtype == "int8":
        calibration = list(_noise(model) if images is None else images)
        if not calibration:
            raise ExportError(
                "int8 needs representative images to measure the ranges of tensors on, and there "
                "is none; give some of the training images"
            )
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([image] for image in calibration)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = getattr(tf, ends)
    with quiet_output(), whole_dilated_convolutions(), for_inference():
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
