"""The order of nodes within their layers, such that few lines cross."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from memnas_tf.drawing.layering import Edge, Graph, Layers, Node

_SWEEPS = 8


def order_layers(graph: Graph) -> Layers:
    """Order the nodes of each layer by the barycentre heuristic.

    Args:
        graph: A layered block.

    Returns:
        Its layers, each from left to right.
    """
    best, fewest = graph.layers, count_crossings(graph.layers, graph.edges)
    for start in (graph.layers, tuple(layer[::-1] for layer in graph.layers)):
        layers = start
        for sweep in range(_SWEEPS):
            layers = _sweep(layers, graph.edges, downwards=sweep % 2 == 0)
            crossings = count_crossings(layers, graph.edges)
            if crossings < fewest:
                best, fewest = layers, crossings
    return best


def count_crossings(layers: Layers, edges: Iterable[Edge]) -> int:
    """Count the pairs of lines that cross.

    Args:
        layers: The nodes of each layer from left to right.
        edges: The lines.

    Returns:
        The number of crossings. Lines that share an end do not cross.
    """
    ranks = _ranks(layers)
    spans: dict[int, list[tuple[int, int]]] = {}
    for edge in edges:
        spans.setdefault(edge.upper.layer, []).append((ranks[edge.upper], ranks[edge.lower]))
    return sum(
        (a[0] - b[0]) * (a[1] - b[1]) < 0
        for layer in spans.values()
        for a, b in combinations(layer, 2)
    )


def _sweep(layers: Layers, edges: Iterable[Edge], downwards: bool) -> Layers:
    neighbours: dict[Node, list[Node]] = {}
    for edge in edges:
        fixed, moved = (edge.upper, edge.lower) if downwards else (edge.lower, edge.upper)
        neighbours.setdefault(moved, []).append(fixed)
    ranks = _ranks(layers)

    def barycentre(node: Node) -> float:
        near = neighbours.get(node)
        return sum(ranks[other] for other in near) / len(near) if near else ranks[node]

    ordered = list(layers)
    numbers = range(len(layers))
    for number in numbers if downwards else reversed(numbers):
        ordered[number] = tuple(sorted(layers[number], key=barycentre))
        ranks.update({node: rank for rank, node in enumerate(ordered[number])})
    return tuple(ordered)


def _ranks(layers: Layers) -> dict[Node, int]:
    return {node: rank for layer in layers for rank, node in enumerate(layer)}
