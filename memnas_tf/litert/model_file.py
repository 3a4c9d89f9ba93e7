"""A LiteRT file as a graph of operations."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from memnas_tf.errors import ExportError
from memnas_tf.memory.kernels import REDUCTIONS, Operation, OperationGraph, Tensor

# The schema's numbers of types, and the bytes of a value.
BYTES_OF_TYPE = {0: 4, 1: 2, 2: 4, 3: 1, 4: 8, 6: 1, 7: 2, 9: 1}

RELU = 1  # the schema's number
POOLINGS = ("AVERAGE_POOL_2D", "MAX_POOL_2D")
CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")


class LitertModel(NamedTuple):
    """A LiteRT file.

    Attributes:
        graph: Its operations in the order in which they run.
        tensors: The file's number of every tensor of the graph.
        names: The file's name of every tensor of the graph.
    """

    graph: OperationGraph
    tensors: tuple[int, ...]
    names: tuple[str, ...]


def read_model(content: bytes) -> LitertModel:
    """Read the operations of a LiteRT model.

    What can be worked out before the first run, such as the shape of a tensor, has memory of
    its own outside the arena and counts as constant.

    Args:
        content: A LiteRT model of one subgraph.

    Returns:
        The model for one image; tensors are numbered as they are made.

    Raises:
        ExportError: If it has several subgraphs, or a tensor of a type without a size.
    """
    from tensorflow.lite.python import schema_py_generated as schema  # takes seconds

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(content, 0))
    if len(model.subgraphs) != 1:
        raise ExportError(f"the model has {len(model.subgraphs)} subgraphs; one is known to work")
    return _Reader(model, _operation_names(schema)).read()


class _Reader:
    """Numbers the tensors of a model anew: without constants, in the order they are made."""

    def __init__(self, model: Any, names: dict[int, str]) -> None:
        self.model = model
        self.subgraph = model.subgraphs[0]
        self.names = names
        self.numbers: dict[int, int] = {}

    def read(self) -> LitertModel:
        """Return the model."""
        made = list(map(int, self.subgraph.inputs))
        not_constant = set(made)
        for operator in self.subgraph.operators:
            if self._kind(operator) != "SHAPE" and not_constant & set(map(int, operator.inputs)):
                made.extend(map(int, operator.outputs))
                not_constant.update(map(int, operator.outputs))
        self.numbers = {tensor: number for number, tensor in enumerate(made)}
        operations = tuple(map(self._operation, self.subgraph.operators))
        batches = self._batches()
        graph = OperationGraph(
            tuple(self._tensor(tensor, batches) for tensor in made),
            operations,
            self._known(self.subgraph.inputs),
            self._known(self.subgraph.outputs),
        )
        names = (self.subgraph.tensors[tensor].name.decode() for tensor in made)
        return LitertModel(graph, tuple(made), tuple(names))

    def _known(self, tensors: Any) -> tuple[int, ...]:
        return tuple(self.numbers[tensor] for tensor in map(int, tensors) if tensor in self.numbers)

    def _tensor(self, index: int, batches: dict[int, int]) -> Tensor:
        tensor = self.subgraph.tensors[index]
        if tensor.type not in BYTES_OF_TYPE:
            raise ExportError(f"tensor {tensor.name.decode()} has a type without a size")
        shape = self._shape(index)
        if index in batches:
            shape = (batches[index], *shape[1:])
        return Tensor(shape, BYTES_OF_TYPE[tensor.type])

    def _shape(self, index: int) -> tuple[int, ...]:
        shape = self.subgraph.tensors[index].shape
        return () if shape is None else tuple(map(int, shape))

    def _batches(self) -> dict[int, int]:
        """Follow the batches that dilated convolutions make of one image.

        The file knows no batch and writes 1 everywhere.
        """
        batches: dict[int, int] = {}
        for operator in self.subgraph.operators:
            source, output = int(operator.inputs[0]), int(operator.outputs[0])
            if self._kind(operator) == "SPACE_TO_BATCH_ND":
                batches[output] = batches.get(source, 1) * self._block(operator)
            elif source in batches and self._kind(operator) != "BATCH_TO_SPACE_ND":
                batches[output] = batches[source]
            elif source in batches and batches[source] > self._block(operator):
                batches[output] = batches[source] // self._block(operator)
        return batches

    def _block(self, operator: Any) -> int:
        """Return into how many batches a constant block shape divides an image."""
        buffer = self.model.buffers[self.subgraph.tensors[operator.inputs[1]].buffer]
        return int(np.prod(np.frombuffer(bytes(buffer.data), np.int32)))

    def _kind(self, operator: Any) -> str:
        code = self.model.operatorCodes[operator.opcodeIndex]
        return self.names[max(code.builtinCode, code.deprecatedBuiltinCode)]

    def _operation(self, operator: Any) -> Operation:
        kind = self._kind(operator)
        inputs, outputs = self._known(operator.inputs), self._known(operator.outputs)
        operation = Operation(kind, inputs, outputs)
        if kind in CONVOLUTIONS:
            _, height, width, _ = self._shape(operator.inputs[1])
            options = operator.builtinOptions
            steps = (
                options.strideH,
                options.strideW,
                options.dilationHFactor,
                options.dilationWFactor,
            )
            return operation._replace(
                window=(height, width),
                has_gaps=max(steps) > 1,
                rectified=options.fusedActivationFunction == RELU,
            )
        if kind in POOLINGS:
            options = operator.builtinOptions
            return operation._replace(
                window=(options.filterHeight, options.filterWidth),
                has_gaps=max(options.strideH, options.strideW) > 1,
            )
        if kind in REDUCTIONS:
            (axes,) = self._shape(operator.inputs[1]) or (1,)
            return operation._replace(axes=axes)
        return operation


def _operation_names(schema: Any) -> dict[int, str]:
    return {
        number: name
        for name, number in vars(schema.BuiltinOperator).items()
        if isinstance(number, int)
    }
