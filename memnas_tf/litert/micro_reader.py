"""A LiteRT file as TensorFlow Lite for Microcontrollers allocates it."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from memnas_tf.errors import ExportError
from memnas_tf.litert.flatbuffer import kind_of, read_flatbuffer
from memnas_tf.litert.model_file import BYTES_OF_TYPE
from memnas_tf.tflm.graph import MicroGraph, MicroOperation, MicroTensor
from memnas_tf.tflm.kernels import scratch_of_mean

PLAN_METADATA = b"OfflineMemoryAllocation"
PLAN_HEADER = 3  # int32: the version, the subgraph, the number of tensors
HAS_CHANNELS = frozenset(("CONV_2D", "DEPTHWISE_CONV_2D"))
QUANTISED = frozenset((7, 9))  # int16, int8


def read_micro_graph(content: bytes) -> MicroGraph:
    """Read what the runtime allocates for a LiteRT model.

    Args:
        content: A LiteRT model of one graph with fixed shapes.

    Returns:
        The model.

    Raises:
        ExportError: If it is damaged, has several subgraphs, or a tensor whose size is not known.
    """
    return micro_graph(read_flatbuffer(content))


def micro_graph(model: Any) -> MicroGraph:
    """Do the same with a model of the schema's objects, from `read_flatbuffer`."""
    subgraph = model.subgraphs[0]
    return MicroGraph(
        tuple(_tensor(model, index) for index in range(len(subgraph.tensors))),
        tuple(_operation(model, operator) for operator in subgraph.operators),
        _indices(subgraph.inputs),
        _indices(subgraph.outputs),
        _plan(model),
    )


def _tensor(model: Any, index: int) -> MicroTensor:
    tensor = model.subgraphs[0].tensors[index]
    name = f"tensor {index} ({(tensor.name or b'').decode(errors='replace')})"
    if tensor.type not in BYTES_OF_TYPE:
        raise ExportError(f"{name} has a type without a size")
    shape = _indices(tensor.shape)
    if min(shape, default=1) < 0:
        raise ExportError(
            f"{name} has the dynamic shape {shape}; convert the model with a fixed one"
        )
    if tensor.isVariable:
        raise ExportError(f"{name} keeps values between runs; no memory is known for such models")
    data = model.buffers[tensor.buffer].data
    quantisation = tensor.quantization
    has_zeros = quantisation is not None and quantisation.zeroPoint is not None
    scales = len(quantisation.scale) if has_zeros and quantisation.scale is not None else 0
    return MicroTensor(prod(shape) * BYTES_OF_TYPE[tensor.type], data is not None, scales)


def _operation(model: Any, operator: Any) -> MicroOperation:
    subgraph = model.subgraphs[0]
    kind = kind_of(model, operator)
    inputs = tuple(tensor for tensor in _indices(operator.inputs) if tensor >= 0)
    operation = MicroOperation(kind, inputs, _indices(operator.outputs))
    if kind in HAS_CHANNELS:
        filters = subgraph.tensors[inputs[1]]
        return operation._replace(channels=int(filters.shape[3 if kind[0] == "D" else 0]))
    if kind == "FULLY_CONNECTED":
        filters = subgraph.tensors[inputs[1]]
        quantisation = filters.quantization
        scales = (
            0 if quantisation is None or quantisation.scale is None else len(quantisation.scale)
        )
        return operation._replace(channels=scales if scales > 1 else 0)
    if kind in ("MEAN", "SUM"):
        source, axes = (subgraph.tensors[tensor] for tensor in inputs[:2])
        values = prod(_indices(subgraph.tensors[operation.outputs[0]].shape))
        scratch = scratch_of_mean(
            values, len(source.shape), prod(_indices(axes.shape)), source.type in QUANTISED
        )
        return operation._replace(scratch=scratch)
    return operation


def _plan(model: Any) -> tuple[int, ...]:
    for entry in model.metadata or ():
        if entry.name == PLAN_METADATA:
            values = np.frombuffer(bytes(model.buffers[entry.buffer].data), np.int32)
            return tuple(map(int, values[PLAN_HEADER:]))
    return ()


def _indices(values: Any) -> tuple[int, ...]:
    return () if values is None else tuple(map(int, values))
