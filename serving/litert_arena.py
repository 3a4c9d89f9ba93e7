"""What the LiteRT interpreter really allocates: the proof of `memnas_tf.memory.arena_memory`.

It needs ai-edge-litert, which `pip install memnas-tf[litert]` brings.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from memnas_tf.memory.arena import Arena, RuntimeGraph


class TensorPlaces(NamedTuple):
    """Where an interpreter put its tensors.

    Attributes:
        end: Bytes from the input to the end of the last tensor. Temporaries cannot be seen.
        offsets: First byte of the input and of every operation's output, in execution order.
    """

    end: int
    offsets: tuple[int, ...]


def convert(model: Any) -> bytes:
    """Convert a Keras model to a float32 LiteRT model.

    Args:
        model: A functional Keras model.

    Returns:
        The LiteRT model.
    """
    import tensorflow as tf  # here, as it takes seconds

    content: bytes = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    return content


def measured_places(content: bytes, kernels: str = "reference") -> TensorPlaces:
    """Run a LiteRT model once on one thread, without delegates, and look where its tensors are.

    Args:
        content: A LiteRT model of one input, as `convert` makes it.
        kernels: "reference" or "optimised".

    Returns:
        The tensors' places.
    """
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    resolver = {
        "reference": OpResolverType.BUILTIN_REF,
        "optimised": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    }[kernels]
    interpreter = Interpreter(
        model_content=content, experimental_op_resolver_type=resolver, num_threads=1
    )
    interpreter.allocate_tensors()
    interpreter.invoke()
    tensors = [interpreter.get_input_details()[0]["index"]]
    tensors += [operation["outputs"][0] for operation in interpreter._get_ops_details()]
    starts, ends = [], []
    for tensor in tensors:
        values = interpreter.tensor(int(tensor))()
        starts.append(int(values.__array_interface__["data"][0]))
        ends.append(starts[-1] + values.nbytes)
    base = starts[0]  # the input lives throughout, so it is placed first
    return TensorPlaces(max(ends) - base, tuple(start - base for start in starts))


def predicted_places(graph: RuntimeGraph, arena: Arena) -> TensorPlaces:
    """Return what `measured_places` should find.

    Args:
        graph: The operations, each making the tensor after those before it.
        arena: Their layout.

    Returns:
        The tensors' places.
    """
    ends = (offset + size for offset, size in zip(arena.offsets, graph.sizes, strict=True))
    return TensorPlaces(max(ends), arena.offsets)
