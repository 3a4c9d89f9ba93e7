"""Operations of int8 models as TensorFlow Lite for Microcontrollers does them best.

It scales the sums of a dense layer, rounding once before the last shift and once after it. LiteRT's
reference kernel rounds once, so that now and then a score differs by a step. In convolutions both
round alike, so a dense layer becomes a 1x1 convolution. Probabilities stay int8, which saves the
operation that only shifts them to uint8.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from memnas_tf.litert.flatbuffer import add_constants, drop_unused_kinds, kind_of, schema

POINTWISE = frozenset(("SOFTMAX", "LOGISTIC", "RELU", "RELU6", "TANH", "QUANTIZE", "DEQUANTIZE"))
PLANE = [1, 2]  # the axes of height and width
CONV_VERSION = 3  # of CONV_2D, the first with int8


def rewrite_for_micro(model: Any) -> None:
    """Write an int8 model as this runtime does it best.

    Args:
        model: A `ModelT` of the schema with one graph, changed in place. Memory plans and
            signatures in it are dropped, as they are of other tensors.
    """
    _convolve_dense(model)
    _give_int8(model)
    drop_unused_kinds(model)
    model.metadata = model.signatureDefs = None  # a plan, and names of the ends


def _convolve_dense(model: Any) -> None:
    """Write dense layers of int8 as 1x1 convolutions, where all around them allows it.

    Values of shape (1, n) that come from a mean over height and width, from a dense layer or from
    an operation on each value, and go to nothing else, become images of one pixel.
    """
    subgraph = model.subgraphs[0]
    pixels = _pixels(model)
    for operator in subgraph.operators:
        kind = kind_of(model, operator)
        if operator.outputs[0] not in pixels:
            continue
        if kind == "MEAN":
            operator.builtinOptions.keepDims = True
        elif kind == "FULLY_CONNECTED":
            _convolve(model, operator)
    for tensor in pixels:
        subgraph.tensors[tensor].shape = np.insert(subgraph.tensors[tensor].shape, 1, [1, 1])
        subgraph.tensors[tensor].shapeSignature = None


def _give_int8(model: Any) -> None:
    """Let outputs stay int8 that a last operation turns into uint8: the bytes differ by 128."""
    subgraph, types = model.subgraphs[0], schema().TensorType
    readers = [tensor for operator in subgraph.operators for tensor in operator.inputs]
    for operator in list(subgraph.operators):
        output = operator.outputs[0]
        source = subgraph.tensors[operator.inputs[0]]
        is_last = kind_of(model, operator) == "QUANTIZE" and output in subgraph.outputs
        if is_last and output not in readers and source.type == types.INT8:
            subgraph.operators.remove(operator)
            _replace_output(subgraph, output, operator.inputs[0])


def _pixels(model: Any) -> set[int]:
    """Return the tensors of shape (1, n) that can become images of one pixel."""
    subgraph = model.subgraphs[0]
    kinds = [kind_of(model, operator) for operator in subgraph.operators]
    pixels: set[int] = set()
    for kind, operator in zip(kinds, subgraph.operators, strict=True):
        shape = subgraph.tensors[operator.outputs[0]].shape
        is_flat = shape is not None and len(shape) == 2 and shape[0] == 1
        if is_flat and _makes_pixels(model, kind, operator, pixels):
            pixels.add(int(operator.outputs[0]))
    while refused := {
        int(tensor)
        for kind, operator in zip(kinds, subgraph.operators, strict=True)
        for tensor in (*operator.inputs, *operator.outputs)
        if tensor in pixels and not _takes_pixels(kind, operator, pixels)
    }:
        pixels -= refused
    return pixels


def _makes_pixels(model: Any, kind: str, operator: Any, pixels: set[int]) -> bool:
    tensors = model.subgraphs[0].tensors
    source = tensors[operator.inputs[0]]
    if kind == "MEAN":
        axes = model.buffers[tensors[operator.inputs[1]].buffer].data
        is_plane = axes is not None and sorted(np.frombuffer(bytes(axes), np.int32)) == PLANE
        return is_plane and len(source.shape) == 4
    if kind == "FULLY_CONNECTED":
        filters = tensors[operator.inputs[1]]
        int8 = schema().TensorType.INT8
        is_constant = model.buffers[filters.buffer].data is not None
        return operator.inputs[0] in pixels and is_constant and source.type == filters.type == int8
    return kind in POINTWISE and operator.inputs[0] in pixels


def _takes_pixels(kind: str, operator: Any, pixels: set[int]) -> bool:
    if kind == "MEAN":
        return operator.outputs[0] in pixels and operator.inputs[0] not in pixels
    is_dense = kind == "FULLY_CONNECTED"
    return (is_dense or kind in POINTWISE) and {operator.inputs[0], operator.outputs[0]} <= pixels


def _convolve(model: Any, operator: Any) -> None:
    types, filters = schema(), model.subgraphs[0].tensors[operator.inputs[1]]
    filters.shape = np.insert(filters.shape, 1, [1, 1])
    options = types.Conv2DOptionsT()
    options.padding = types.Padding.SAME  # the default; of one pixel nothing is padded
    options.strideH = options.strideW = 1
    options.fusedActivationFunction = operator.builtinOptions.fusedActivationFunction
    operator.builtinOptions = options
    operator.builtinOptionsType = types.BuiltinOptions.Conv2DOptions
    source, weights, *bias = (int(tensor) for tensor in operator.inputs if tensor >= 0)
    if not bias:
        bias = [add_constants(model, np.zeros(filters.shape[0]))]
    operator.inputs = np.array([source, weights, *bias], np.int32)
    operator.opcodeIndex = _code(model, types.BuiltinOperator.CONV_2D)


def _code(model: Any, kind: int) -> int:
    """Return the place of a kind among the model's, where it is added if need be."""
    for place, code in enumerate(model.operatorCodes):
        if code.builtinCode == kind:
            return place
    code = schema().OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = kind
    code.version = CONV_VERSION
    model.operatorCodes.append(code)
    return len(model.operatorCodes) - 1


def _replace_output(subgraph: Any, output: int, source: int) -> None:
    """Give another tensor out, and drop the one that was."""
    outputs = np.asarray(subgraph.outputs, np.int32)
    subgraph.outputs = np.where(outputs == output, source, outputs)
    del subgraph.tensors[output]
    for holder in (subgraph, *subgraph.operators):
        for name in ("inputs", "outputs"):
            numbers = np.asarray(getattr(holder, name), np.int32)
            setattr(holder, name, numbers - (numbers > output))
