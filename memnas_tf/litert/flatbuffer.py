"""LiteRT files as the schema's objects, to be read, changed and written."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from memnas_tf.errors import ExportError

IDENTIFIER = b"TFL3"


@cache
def schema() -> Any:
    """Import the schema's module, which takes seconds."""
    from tensorflow.lite.python import schema_py_generated

    return schema_py_generated


@cache
def _names() -> dict[int, str]:
    return {
        number: name
        for name, number in vars(schema().BuiltinOperator).items()
        if isinstance(number, int)
    }


def read_flatbuffer(content: bytes) -> Any:
    """Read a LiteRT model of one graph.

    Args:
        content: The LiteRT model.

    Returns:
        A `ModelT` of the schema.

    Raises:
        ExportError: If the content is none, is damaged, or has several graphs.
    """
    if content[4:8] != IDENTIFIER:
        raise ExportError("the content is no LiteRT model: it lacks the identifier TFL3")
    try:
        model = schema().ModelT.InitFromObj(schema().Model.GetRootAs(content))
        count = len(model.subgraphs)
        if count == 1:
            _check_numbers(model)
    except Exception as error:  # what lies where an offset should be can be anything
        raise ExportError(
            f"the LiteRT model is damaged: {error or type(error).__name__}"
        ) from error
    if count != 1:
        raise ExportError(f"the model has {count} subgraphs; models of one are known to work")
    return model


def write_flatbuffer(model: Any) -> bytes:
    """Write a LiteRT model with all that it holds.

    Args:
        model: A `ModelT` of the schema.

    Returns:
        The LiteRT model.
    """
    import flatbuffers

    builder = flatbuffers.Builder(1 << 16)
    builder.Finish(model.Pack(builder), IDENTIFIER)
    return bytes(builder.Output())


def kind_of(model: Any, operator: Any) -> str:
    """Return an operator's kind, such as "CONV_2D"."""
    code = model.operatorCodes[operator.opcodeIndex]
    number = max(code.builtinCode, code.deprecatedBuiltinCode)
    if number == schema().BuiltinOperator.CUSTOM:
        return (code.customCode or b"CUSTOM").decode(errors="replace")
    return _names()[number]


def add_constants(model: Any, values: Any) -> int:
    """Add a tensor of int32 constants to a model's first graph; return its number."""
    buffer, tensor = schema().BufferT(), schema().TensorT()
    buffer.data = np.frombuffer(np.asarray(values, np.int32).tobytes(), np.uint8)
    tensor.shape = np.array([len(values)], np.int32)
    tensor.type = schema().TensorType.INT32
    tensor.buffer = len(model.buffers)
    model.buffers.append(buffer)
    tensors = model.subgraphs[0].tensors
    tensors.append(tensor)
    return len(tensors) - 1


def drop_unused_kinds(model: Any) -> None:
    """Drop the kinds of operations that a model's first graph has none of."""
    operators = model.subgraphs[0].operators
    used = [model.operatorCodes[operator.opcodeIndex] for operator in operators]
    model.operatorCodes = [code for code in model.operatorCodes if code in used]
    for operator, code in zip(operators, used, strict=True):
        operator.opcodeIndex = model.operatorCodes.index(code)


def _check_numbers(model: Any) -> None:
    """Look at every number that stands for a tensor, a buffer or a kind."""
    subgraph = model.subgraphs[0]
    for tensor in subgraph.tensors:
        if not 0 <= tensor.buffer < len(model.buffers):
            raise ValueError(f"there is no buffer {tensor.buffer}")
    indices = [*subgraph.inputs, *subgraph.outputs]
    for operator in subgraph.operators:
        kind_of(model, operator)
        indices += [*operator.outputs, *(i for i in operator.inputs if i != -1)]
    for index in indices:
        if not 0 <= index < len(subgraph.tensors):
            raise ValueError(f"there is no tensor {index}")
