"""The order of operations that a LiteRT file is written in."""

from __future__ import annotations

from memnas_tf.litert.model_file import read_model
from memnas_tf.litert.reordering import reorder_operations
from memnas_tf.memory.arena import RuntimeGraph, plan_arena
from memnas_tf.memory.best_order import order_for_arena, reordered
from memnas_tf.memory.kernels import KERNELS, runtime_graph


def in_best_order(content: bytes) -> bytes:
    """Put a LiteRT model's operations in the order that needs the least arena.

    A file has one order and does not know the kernels that it will run with. Of the converter's
    order and the best ones for each kind of kernels, it gets the one whose arenas add up to the
    least.

    Args:
        content: A LiteRT model of one graph, without operations that read or write variables.

    Returns:
        The LiteRT model in that order; the same one if the converter's is the best.

    Raises:
        ExportError: If the content is no such model.
        ConfigError: If the memory that one of its operations needs is not known.
    """
    graphs = [runtime_graph(read_model(content).graph, kernels) for kernels in KERNELS]
    given = tuple(range(len(graphs[0].operations)))
    orders = [given, *(order_for_arena(graph).positions for graph in graphs)]
    best = min(
        orders, key=lambda order: sum(plan_arena(reordered(graph, order)).size for graph in graphs)
    )
    return (
        content if best == given else reorder_operations(content, _unpacked_first(graphs[0], best))
    )


def _unpacked_first(graph: RuntimeGraph, positions: tuple[int, ...]) -> tuple[int, ...]:
    """Keep the operations that unpack float16 weights first.

    Weights are no tensors of the graph, so it does not show who reads them.
    """
    unpacking = {
        position
        for position, operation in enumerate(graph.operations)
        if operation.kind == "DEQUANTIZE" and not operation.inputs
    }
    rest = (position for position in positions if position not in unpacking)
    return (*sorted(unpacking), *rest)
