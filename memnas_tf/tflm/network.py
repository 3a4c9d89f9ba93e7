"""A network as the file that is exported for microcontrollers, without building anything."""

from __future__ import annotations

from math import prod

from memnas_tf.genotype import Genotype
from memnas_tf.memory.kernels import Operation, OperationGraph
from memnas_tf.memory.litert_graph import litert_graph
from memnas_tf.template import Template
from memnas_tf.tflm.graph import MicroGraph, MicroOperation, MicroTensor
from memnas_tf.tflm.kernels import INDEX_BYTES, MOST_CONCATENATED, scratch_of_mean

POOLINGS = ("AVERAGE_POOL_2D", "MAX_POOL_2D")
WINDOWED = ("CONV_2D", "DEPTHWISE_CONV_2D", *POOLINGS)


def graph_of(genotype: Genotype, template: Template, dtype: str = "int8") -> MicroGraph:
    """Lay out the file that a network is exported as.

    An int8 file takes pixels and gives probabilities as uint8, and has an operation at each end
    for that. A float32 file takes pixels as float32. Both begin with the normalisation.

    Args:
        genotype: The architecture.
        template: The network's size.
        dtype: "int8" or "float32".

    Returns:
        The model, with its operations in the order in which the converter writes them.

    Raises:
        ConfigError: If the dtype is another.
        GenotypeError: If a block has no output.
    """
    return _Builder(
        litert_graph(genotype, template, dtype, normalise=True), dtype == "int8"
    ).build()


class _Builder:
    """Adds constants, quantisation and both ends to the operations of a network."""

    def __init__(self, network: OperationGraph, quantised: bool) -> None:
        self.network = network
        self.quantised = quantised
        self.tensors: list[MicroTensor] = []
        self.operations: list[MicroOperation] = []

    def build(self) -> MicroGraph:
        """Return the model."""
        pixels = self._activation(0)
        numbers = {0: pixels}
        if self.quantised:
            numbers[0] = self._activation(0)
            self._append("QUANTIZE", (pixels,), numbers[0])
        for operation in self.network.operations:
            (output,) = operation.outputs
            numbers[output] = self._activation(output)
            inputs = tuple(numbers[tensor] for tensor in operation.inputs)
            self._operate(operation, inputs, numbers[output])
            self.operations[-1] = self.operations[-1]._replace(options=self._options(operation))
        scores = numbers[self.network.outputs[0]]
        if self.quantised:
            pixel_scores = self._add(self.tensors[scores])
            self._append("QUANTIZE", (scores,), pixel_scores)
            scores = pixel_scores
        return MicroGraph(tuple(self.tensors), tuple(self.operations), (pixels,), (scores,))

    def _options(self, operation: Operation) -> tuple[bool | tuple[int, int], ...]:
        if operation.kind not in WINDOWED:
            return ()
        source, made = (
            self.network.tensors[tensor].shape
            for tensor in (operation.inputs[0], operation.outputs[0])
        )
        is_apart = operation.has_gaps and source[1:3] == made[1:3]
        window = operation.window if operation.kind in POOLINGS else (1, 1)
        return operation.rectified, operation.has_gaps, is_apart, window

    def _operate(self, operation: Operation, inputs: tuple[int, ...], output: int) -> None:
        shapes = [self.network.tensors[tensor].shape for tensor in operation.inputs]
        made = self.network.tensors[operation.outputs[0]].shape
        match operation.kind:
            case "CONV_2D":
                weights = prod(operation.window) * shapes[0][3] * made[3]
                self._convolve(operation.kind, inputs[0], output, weights, made[3])
            case "DEPTHWISE_CONV_2D":
                weights = prod(operation.window) * made[3]
                self._convolve(operation.kind, inputs[0], output, weights, made[3])
            case "FULLY_CONNECTED":
                self._convolve(operation.kind, inputs[0], output, shapes[0][1] * made[1], made[1])
            case "MEAN":
                axes = self._add(MicroTensor(operation.axes * INDEX_BYTES, is_constant=True))
                scratch = scratch_of_mean(
                    prod(made), len(shapes[0]), operation.axes, self.quantised
                )
                self._append(operation.kind, (*inputs, axes), output, scratch=scratch)
            case "CONCATENATION":
                while len(inputs) > MOST_CONCATENATED:
                    parts, inputs = inputs[:MOST_CONCATENATED], inputs[MOST_CONCATENATED:]
                    size = sum(self.tensors[part].bytes for part in parts)
                    first = self._add(MicroTensor(size, scales=int(self.quantised)))
                    self._append(operation.kind, parts, first)
                    inputs = (first, *inputs)
                self._append(operation.kind, inputs, output)
            case _:
                self._append(operation.kind, inputs, output)

    def _convolve(self, kind: str, source: int, output: int, weights: int, channels: int) -> None:
        """Append an operation with weights and a bias, each channel quantised by itself."""
        scales = channels if self.quantised else 0
        size = 1 if self.quantised else 4
        filters = self._add(MicroTensor(weights * size, is_constant=True, scales=scales))
        bias = self._add(MicroTensor(channels * INDEX_BYTES, is_constant=True, scales=scales))
        has_channels = self.quantised or kind != "FULLY_CONNECTED"
        self._append(
            kind, (source, filters, bias), output, channels=channels if has_channels else 0
        )

    def _append(
        self,
        kind: str,
        inputs: tuple[int, ...],
        output: int,
        channels: int = 0,
        scratch: tuple[int, ...] = (),
    ) -> None:
        self.operations.append(MicroOperation(kind, inputs, (output,), channels, scratch))

    def _activation(self, tensor: int) -> int:
        return self._add(
            MicroTensor(self.network.tensors[tensor].bytes, scales=int(self.quantised))
        )

    def _add(self, tensor: MicroTensor) -> int:
        self.tensors.append(tensor)
        return len(self.tensors) - 1
