"""Which tensor lives when: the rows of a lifetime plot, by the paper's measure or a runtime's.

Source: the paper, section 3.4.1 and Figure 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from memnas_tf.errors import ConfigError
from memnas_tf.memory.arena import RuntimeGraph, RuntimeOperation, intervals, shared_owners
from memnas_tf.memory.graph import Graph
from memnas_tf.memory.lifetime import FLOAT32_BYTES, lifetimes


class LifetimeRow(NamedTuple):
    """A piece of memory and the steps in which it is in use.

    Attributes:
        label: What it holds.
        first: The first step, counted from 1.
        last: The last step.
        bytes: Its size.
    """

    label: str
    first: int
    last: int
    bytes: int


def paper_rows(
    graph: Graph, bytes_per_value: int = FLOAT32_BYTES, labels: Sequence[str] | None = None
) -> list[LifetimeRow]:
    """Tell which tensors live when by the paper's measure.

    Source: the paper, Figure 3.

    Args:
        graph: Layers in an order in which they can run.
        bytes_per_value: Bytes of one value: 4 for float32.
        labels: A name for each node; without them, the nodes' own.

    Returns:
        A row for each tensor that has values, in the graph's order.

    Raises:
        ConfigError: If there are not as many labels as nodes.
    """
    names = _checked([node.label for node in graph], labels)
    return [
        LifetimeRow(name, made, freed - 1, node.values * bytes_per_value)
        for name, node, (made, freed) in zip(names, graph, lifetimes(graph), strict=True)
        if node.values
    ]


def runtime_rows(graph: RuntimeGraph, labels: Sequence[str] | None = None) -> list[LifetimeRow]:
    """Tell which tensors live when in a runtime that runs one operation a step.

    Operations that write over their input share its row. Memory that an operation uses only while
    it runs has a row of one step. The graph's inputs live throughout.

    Args:
        graph: The operations in the order in which they run.
        labels: A name for each tensor of `graph.sizes`; without them, the name of the operation
            that makes it.

    Returns:
        Rows in the order in which they begin, temporaries after the output of their operation.

    Raises:
        ConfigError: If there are not as many labels as tensors.
    """
    names = _checked(_operation_names(graph), labels)
    steps = len(graph.operations)
    owners = shared_owners(graph)
    first, last = intervals(graph, owners)
    rows = [
        # A tensor that is kept to the end is kept beyond the last operation.
        LifetimeRow(names[tensor], first[tensor] + 1, min(last[tensor] + 1, max(steps, 1)), size)
        for tensor, size in enumerate(graph.sizes)
        if owners[tensor] == tensor
    ]
    rows += [
        LifetimeRow(f"temporary of {_name(operation, names)}", step, step, size)
        for step, operation in enumerate(graph.operations, 1)
        for size in operation.temporaries
    ]
    return sorted(rows, key=lambda row: row.first)


def memory_per_step(rows: Sequence[LifetimeRow]) -> list[int]:
    """Add up what lives at each step.

    Args:
        rows: Which tensors live when.

    Returns:
        Bytes at steps 1, 2, ... up to the last that a row reaches.
    """
    changes = [0] * (max((row.last for row in rows), default=0) + 1)
    for row in rows:
        changes[row.first - 1] += row.bytes
        changes[row.last] -= row.bytes
    return list(accumulate(changes))[:-1]


def _operation_names(graph: RuntimeGraph) -> list[str]:
    names = ["input"] * len(graph.sizes)
    for operation in graph.operations:
        for tensor in operation.outputs:
            names[tensor] = operation.kind
    return names


def _name(operation: RuntimeOperation, names: Sequence[str]) -> str:
    return names[operation.outputs[0]] if operation.outputs else operation.kind


def _checked(usual: Sequence[str], labels: Sequence[str] | None) -> Sequence[str]:
    if labels is None:
        return usual
    if len(labels) != len(usual):
        raise ConfigError(f"there are {len(labels)} labels for {len(usual)} tensors")
    return labels
