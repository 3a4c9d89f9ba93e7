"""The memory of any functional Keras model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from memnas_tf.errors import ModelError
from memnas_tf.keras_models.layer_graph import keras_lifetime_graph
from memnas_tf.keras_models.loading import check_measurable, weight_bytes
from memnas_tf.litert.conversion import convert
from memnas_tf.litert.model_file import read_model
from memnas_tf.memory.arena_memory import DTYPES
from memnas_tf.memory.estimate import MemoryEstimate, estimate_graphs
from memnas_tf.memory.lifetime import FLOAT32_BYTES, memory_row


def estimate_memory(model: Any, on_step: Callable[[str], None] | None = None) -> MemoryEstimate:
    """Tell what a Keras model needs to classify one image.

    The model is converted to LiteRT, in float32 and in int8, and the interpreter's plan for what
    the converter made is replayed. That takes seconds for a small model and minutes for one of
    several hundred layers.

    Args:
        model: A functional or built sequential Keras model of one input of a fixed shape.
        on_step: Is told what is about to be done, for people who wait.

    Returns:
        Its memory for one image.

    Raises:
        ModelError: If the model is none of these, or Keras does not run on TensorFlow.
        ExportError: If LiteRT lacks one of its operations.
        ConfigError: If the memory that one of its operations needs is not known.
    """
    contents = convert_all(model, on_step)
    return estimate_converted(model, contents)


def convert_all(model: Any, on_step: Callable[[str], None] | None = None) -> dict[str, bytes]:
    """Convert a Keras model to LiteRT in every dtype.

    Args:
        model: As for `estimate_memory`.
        on_step: As for `estimate_memory`.

    Returns:
        A LiteRT model for every dtype.

    Raises:
        ModelError: As for `estimate_memory`.
        ExportError: If LiteRT lacks one of the model's operations.
    """
    check_measurable(model)
    check_backend()
    contents = {}
    for dtype in DTYPES:
        if on_step is not None:
            on_step(f"converting {model.name} to LiteRT in {dtype}")
        contents[dtype] = convert(model, dtype)
    return contents


def estimate_converted(model: Any, contents: Mapping[str, bytes]) -> MemoryEstimate:
    """Tell what a Keras model needs, once it is converted.

    Args:
        model: As for `estimate_memory`.
        contents: What `convert_all` returned.

    Returns:
        Its memory for one image.

    Raises:
        ConfigError: If the memory that one of its operations needs is not known.
    """
    lifetime = max(memory_row(keras_lifetime_graph(model))) * FLOAT32_BYTES
    graphs = {dtype: read_model(content).graph for dtype, content in contents.items()}
    return estimate_graphs(graphs, weight_bytes(model), lifetime)


def check_backend() -> None:
    """Refuse to convert without TensorFlow.

    Raises:
        ModelError: If Keras runs on another backend.
    """
    import keras

    backend = keras.backend.backend()
    if backend != "tensorflow":
        raise ModelError(
            f"Keras runs on {backend}, and only TensorFlow converts models to LiteRT; "
            "set KERAS_BACKEND=tensorflow"
        )
