"""Keras models that are not ours: loaded from files, and refused where nothing can be measured."""

from __future__ import annotations

import os
import re
import zipfile
from math import prod
from typing import Any

from memnas_tf.errors import ModelError
from memnas_tf.memory.parameters import BYTES_PER_WEIGHT


def load_keras_model(path: str | os.PathLike[str]) -> Any:
    """Load a model from a `.keras` file; no code from the file is run.

    Args:
        path: The file.

    Returns:
        The model.

    Raises:
        ModelError: If there is no such file, it is none of Keras, or it holds layers that Keras
            does not know or refuses to load.
    """
    import keras

    import memnas_tf.layers  # noqa: F401  so that Keras knows our layers

    if not os.path.isfile(path):
        raise ModelError(f"{path}: there is no such file")
    if not zipfile.is_zipfile(path):
        raise ModelError(f"{path} is no .keras file; write one with model.save({str(path)!r})")
    try:
        return keras.saving.load_model(path, compile=False)
    except Exception as error:  # Keras raises what it likes
        raise ModelError(f"{path} cannot be loaded: {_reason(str(error))}") from error


def check_measurable(model: Any) -> None:
    """Refuse a model whose memory cannot be told.

    Args:
        model: What should be a functional or built sequential model.

    Raises:
        ModelError: If it is no Keras model, has no graph of layers, several inputs, or an input
            whose shape is not fixed.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise ModelError(f"{type(model).__name__} is no Keras model")
    try:
        inputs = list(model.inputs)
    except (AttributeError, TypeError, ValueError):
        raise ModelError(
            f"model {model.name!r} has no graph of layers: it is a subclass of keras.Model, or not "
            "built; make it with keras.Model(inputs, outputs), or call it on a keras.Input"
        ) from None
    if len(inputs) != 1:
        names = ", ".join(tensor.name for tensor in inputs)
        raise ModelError(
            f"model {model.name!r} has {len(inputs)} inputs ({names}); memory is measured for "
            "models of one input"
        )
    shape = inputs[0].shape
    if None in shape[1:]:
        raise ModelError(
            f"the input of model {model.name!r} has the shape {tuple(shape)}; give it fixed sizes, "
            "such as keras.Input((224, 224, 3))"
        )


def weight_bytes(model: Any) -> int:
    """Add up the memory of a model's weights, moments of batch normalisation included.

    Args:
        model: A Keras model.

    Returns:
        Bytes in float32.
    """
    return sum(prod(map(int, weight.shape)) for weight in model.weights) * BYTES_PER_WEIGHT


def _reason(message: str) -> str:
    unknown = re.search(r"Could not locate class '([^']+)'", message)
    if unknown:
        return (
            f"Keras does not know its layer {unknown[1]!r}; register the class "
            "(keras.saving.register_keras_serializable), load the model yourself and call "
            "memnas_tf.estimate_memory(model)"
        )
    if "Lambda" in message:
        return "it has a Lambda layer, whose code Keras does not load from a file"
    return next(iter(message.strip().splitlines()), "for a reason that Keras does not tell")
