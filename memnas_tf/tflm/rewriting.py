"""A converted int8 network as the export for microcontrollers writes its operations.

What `memnas_tf.litert.micro_rewriting` does to a file: dense layers become 1x1 convolutions, and
probabilities stay int8.
"""

from __future__ import annotations

from memnas_tf.tflm.graph import MicroGraph, MicroOperation


def rewritten(graph: MicroGraph) -> MicroGraph:
    """Return what is exported of a network.

    Args:
        graph: From `graph_of`.

    Returns:
        The model; the same one if it is float32, which is not exported.
    """
    last = graph.operations[-1]
    if last.kind != "QUANTIZE":
        return graph
    tensors = graph.tensors[: last.outputs[0]]
    operations = tuple(_rewritten(operation) for operation in graph.operations[:-1])
    return MicroGraph(tensors, operations, graph.inputs, last.inputs)


def _rewritten(operation: MicroOperation) -> MicroOperation:
    if operation.kind != "FULLY_CONNECTED":
        return operation
    return operation._replace(kind="CONV_2D", options=(False, False, False, (1, 1)))
