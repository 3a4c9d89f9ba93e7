"""An estimate of the instructions that a microcontroller executes for one image.

MACs alone mislead: with reference kernels one takes 90 instructions in a convolution and 123 in a
depthwise one, with CMSIS-NN 2 and 11, and pooling takes time without any. The numbers here are
fitted to counts of seven int8 networks on an emulated Cortex-M4, five of them of this search space.
It is an estimate, to compare networks: within 5 % of those counts with reference kernels, within
18 % with CMSIS-NN, and of other devices it knows nothing.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import Genotype
from memnas_tf.memory.kernels import Operation, OperationGraph
from memnas_tf.memory.litert_graph import litert_graph
from memnas_tf.template import Template


class _Costs(NamedTuple):
    """Instructions of one MAC, of one value that a pooling reads, and of one value moved."""

    convolution: float
    depthwise: float
    pooling: float
    other: float


_COSTS = {
    "reference": _Costs(89.72, 123.41, 97.95, 16.99),
    "cmsis-nn": _Costs(2.29, 10.94, 0.46, 129.08),
}
MICRO_KERNELS = tuple(_COSTS)


def estimated_instructions(
    genotype: Genotype, template: Template, kernels: str = "reference"
) -> int:
    """Estimate the instructions of an int8 network on a Cortex-M4, for one image.

    Args:
        genotype: The architecture.
        template: The network's size.
        kernels: "reference" or "cmsis-nn".

    Returns:
        A number of instructions.

    Raises:
        ConfigError: If the kernels are others.
        GenotypeError: If a block has no output.
    """
    if kernels not in _COSTS:
        raise ConfigError(f"kernels is {kernels!r}; use one of {', '.join(MICRO_KERNELS)}")
    costs = _COSTS[kernels]
    graph = litert_graph(genotype, template, "int8", normalise=True)
    pixels = prod(template.input_shape) * costs.other  # quantised first
    return round(pixels + sum(_instructions(one, graph, costs) for one in graph.operations))


def _instructions(operation: Operation, graph: OperationGraph, costs: _Costs) -> float:
    read = graph.tensors[operation.inputs[0]].shape
    made = prod(graph.tensors[operation.outputs[0]].shape)
    window = prod(operation.window)
    match operation.kind:
        case "CONV_2D":
            return made * window * read[-1] * costs.convolution
        case "FULLY_CONNECTED":
            return made * read[-1] * costs.convolution
        case "DEPTHWISE_CONV_2D":
            return made * window * costs.depthwise
        case "AVERAGE_POOL_2D" | "MAX_POOL_2D":
            return made * window * costs.pooling
        case "MEAN":
            return prod(read) * costs.other
        case _:
            return made * costs.other
