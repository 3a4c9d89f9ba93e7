"""The order in which the converter to LiteRT writes a network's operations.

Source: TensorFlow, graph/algorithm.cc, `GetReversePostOrder`. The converter imports a graph depth
first, from its constants and inputs on, and always visits the largest name first; what is left
last comes first. An operation with weights is therefore reached by them, one without only
through what it reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class UnplacedOperation(NamedTuple):
    """An operation before it has its place in the order.

    Attributes:
        name: What the converter sorts by.
        inputs: Positions of the operations that it reads.
        has_weights: Whether it reads constants of its own.
    """

    name: str
    inputs: tuple[int, ...]
    has_weights: bool


def conversion_order(operations: Sequence[UnplacedOperation]) -> list[int]:
    """Order operations as the converter does.

    Args:
        operations: The operations in an order in which they can run, the graph's input first.

    Returns:
        The positions of all operations in the order in which they run, the input's first.
    """
    readers: list[set[int]] = [set() for _ in operations]
    for position, operation in enumerate(operations):
        for read in operation.inputs:
            readers[read].add(position)

    def by_name(position: int) -> tuple[str, int]:
        return operations[position].name, position

    # A stack: the last is visited first, and the graph's input after all weights.
    weighted = (p for p, operation in enumerate(operations) if operation.has_weights)
    stack = [(root, False) for root in (0, *sorted(weighted, key=by_name))]
    visited = [False] * len(operations)
    order: list[int] = []
    while stack:
        position, leaving = stack.pop()
        if leaving:
            order.append(position)
        elif not visited[position]:
            visited[position] = True
            stack.append((position, True))
            stack += [(reader, False) for reader in sorted(readers[position], key=by_name)]
    return order[::-1]
