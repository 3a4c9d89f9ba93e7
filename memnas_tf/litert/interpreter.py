"""What the LiteRT interpreter really allocates: the proof of what is predicted.

It needs ai-edge-litert, which `pip install memnas-tf[litert]` brings.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy.typing as npt

from memnas_tf.errors import ExportError
from memnas_tf.litert.model_file import read_model
from memnas_tf.litert.quiet import quiet_output
from memnas_tf.memory.arena import Arena, RuntimeGraph

_NOT_INSTALLED = (
    "LiteRT's interpreter is not installed; install it with pip install 'memnas-tf[litert]'"
)


class TensorPlaces(NamedTuple):
    """Where an interpreter put its tensors.

    Attributes:
        end: Bytes from the input to the end of the last tensor. Temporaries cannot be seen.
        offsets: First byte of every tensor, the input first, in execution order.
    """

    end: int
    offsets: tuple[int, ...]


def check_installed() -> None:
    """Refuse at once what needs the interpreter where it is not installed.

    Raises:
        ExportError: If ai-edge-litert is not installed.
    """
    if find_spec("ai_edge_litert") is None:
        raise ExportError(_NOT_INSTALLED)


def require_interpreter() -> Any:
    """Import the interpreter's module.

    Returns:
        `ai_edge_litert.interpreter`.

    Raises:
        ExportError: If ai-edge-litert is not installed.
    """
    try:
        from ai_edge_litert import interpreter
    except ImportError as error:
        raise ExportError(_NOT_INSTALLED) from error
    return interpreter


def start_interpreter(content: bytes, kernels: str = "reference") -> Any:
    """Load a LiteRT model for one thread and allocate its tensors.

    Args:
        content: A LiteRT model.
        kernels: "reference" or "optimised", both without delegates, or "xnnpack" for what the
            interpreter takes by itself.

    Returns:
        An interpreter of ai-edge-litert.

    Raises:
        ExportError: If ai-edge-litert is not installed.
    """
    module = require_interpreter()
    resolver = {
        "reference": module.OpResolverType.BUILTIN_REF,
        "optimised": module.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        "xnnpack": module.OpResolverType.AUTO,
    }[kernels]
    with quiet_output():  # the interpreter tells that it makes a delegate
        interpreter = module.Interpreter(
            model_content=content, experimental_op_resolver_type=resolver, num_threads=1
        )
        interpreter.allocate_tensors()
    return interpreter


def outputs_of(
    content: bytes, image: npt.NDArray[Any], kernels: str = "reference"
) -> npt.NDArray[Any]:
    """Run a LiteRT model of one input and one output on an image.

    Args:
        content: The LiteRT model.
        image: A batch of one, of the input's shape and type.
        kernels: As for `start_interpreter`.

    Returns:
        The output.
    """
    interpreter = start_interpreter(content, kernels)
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image)
    interpreter.invoke()
    output: npt.NDArray[Any] = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    return output


def measured_places(content: bytes, kernels: str = "reference") -> TensorPlaces:
    """Run a LiteRT model once on one thread, without delegates, and look where its tensors are.

    Args:
        content: A LiteRT model of one input.
        kernels: "reference" or "optimised".

    Returns:
        The tensors' places.
    """
    interpreter = start_interpreter(content, kernels)
    interpreter.invoke()
    starts, ends = [], []
    for tensor in read_model(content).tensors:
        values = interpreter.tensor(tensor)()
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
