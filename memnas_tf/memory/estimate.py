"""All that memory can mean for one network: parameters, lifetimes, and the arena."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from memnas_tf.genotype import Genotype
from memnas_tf.memory.arena_memory import DTYPES, KERNELS
from memnas_tf.memory.best_order import ArenaOrder, order_for_arena
from memnas_tf.memory.kernels import OperationGraph, runtime_graph
from memnas_tf.memory.lifetime import lifetime_memory
from memnas_tf.memory.litert_graph import litert_graph
from memnas_tf.memory.parameters import parameter_memory
from memnas_tf.template import Template

ByKernels = Mapping[str, Mapping[str, int]]  # bytes by dtype, then by kernels


@dataclass(frozen=True)
class MemoryEstimate:
    """The memory of a network for one image, in bytes.

    Attributes:
        parameter_bytes: Of weights and moments in float32.
        lifetime_bytes: The paper's measure of intermediate results in float32.
        arena_bytes: What the LiteRT interpreter allocates for tensors: for "float32" and "int8",
            each with "reference" and "optimised" kernels.
        best_order_bytes: The same where the operations run in the best order that was found.
    """

    parameter_bytes: int
    lifetime_bytes: int
    arena_bytes: ByKernels
    best_order_bytes: ByKernels


def estimate_genotype(genotype: Genotype, template: Template) -> MemoryEstimate:
    """Tell the memory of an architecture without building it.

    Args:
        genotype: The architecture.
        template: The network's size.

    Returns:
        Its memory for one image.

    Raises:
        GenotypeError: If a block has no output.
    """
    graphs = {dtype: litert_graph(genotype, template, dtype) for dtype in DTYPES}
    return estimate_graphs(
        graphs, parameter_memory(genotype, template), lifetime_memory(genotype, template)
    )


def estimate_graphs(
    graphs: Mapping[str, OperationGraph], parameter_bytes: int, lifetime_bytes: int
) -> MemoryEstimate:
    """Plan the arenas of a network's LiteRT models.

    Args:
        graphs: A LiteRT model for every dtype.
        parameter_bytes: The network's parameter memory.
        lifetime_bytes: The network's lifetime memory.

    Returns:
        Its memory for one image.
    """
    orders = {
        dtype: {kernels: _order(graph, kernels) for kernels in KERNELS}
        for dtype, graph in graphs.items()
    }
    return MemoryEstimate(
        parameter_bytes,
        lifetime_bytes,
        {dtype: {k: order.given_size for k, order in of.items()} for dtype, of in orders.items()},
        {dtype: {k: order.size for k, order in of.items()} for dtype, of in orders.items()},
    )


def _order(graph: OperationGraph, kernels: str) -> ArenaOrder:
    return order_for_arena(runtime_graph(graph, kernels))
