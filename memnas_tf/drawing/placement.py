"""Where nodes stand from left to right: near what they are connected to, and apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

import numpy as np
from scipy.optimize import isotonic_regression

from memnas_tf.drawing.layering import Edge, Graph, Layers, Node
from memnas_tf.drawing.measures import CELL_GAP, TRACK_GAP

_SWEEPS = 60
# How much a line resists bending: within its way past layers, where it arrives, where it sets out.
_NEAR = 0.05
_PASSING, _ARRIVING, _LEAVING = 8.0, 3.0, 1.0


def place(
    graph: Graph,
    layers: Layers,
    widths: Mapping[Node, float],
    offsets: Mapping[Edge, float],
) -> dict[Node, float]:
    """Place the nodes of ordered layers.

    Args:
        graph: The block.
        layers: Its layers from left to right.
        widths: The width of each node; 0 for a line that passes a layer.
        offsets: How far from the middle of its lower node each edge ends.

    Returns:
        The x of the middle of each node.
    """
    gaps = {layer: _separations(graph, layer, widths) for layer in layers}
    x = {
        node: position - sum(gaps[layer]) / 2
        for layer in layers
        for node, position in zip(layer, accumulate(gaps[layer], initial=0.0), strict=True)
    }
    wishes: dict[Node, list[tuple[Node, float, float]]] = {node: [] for node in x}
    for edge in graph.edges:
        weight = _weight(graph, edge)
        wishes[edge.lower].append((edge.upper, -offsets[edge], weight))
        wishes[edge.upper].append((edge.lower, offsets[edge], weight))
    for sweep in range(_SWEEPS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            targets, weights = [], []
            for node in layer:
                pulls = [(x[other] + by, stiffness) for other, by, stiffness in wishes[node]]
                target, weight = _compromise(x[node], pulls)
                targets.append(target)
                weights.append(weight)
            x.update(zip(layer, spread(targets, weights, gaps[layer]), strict=True))
    return x


def _compromise(x: float, pulls: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Weigh where a node would like to be, and how much.

    The nearer wish counts the more: one straight line and a bent one look better than two lines
    that are bent a little. This is a step of iteratively reweighted least squares.
    """
    shares = [stiffness / (_NEAR + abs(wish - x)) for wish, stiffness in pulls]
    if not shares:
        return x, 1.0
    total = sum(shares)
    return sum(wish * share for (wish, _), share in zip(pulls, shares, strict=True)) / total, total


def _weight(graph: Graph, edge: Edge) -> float:
    if not graph.passes_by(edge.upper):
        return _LEAVING
    return _PASSING if graph.passes_by(edge.lower) else _ARRIVING


def spread(
    targets: Sequence[float], weights: Sequence[float], gaps: Sequence[float]
) -> list[float]:
    """Move values as little as possible (by weighted squares) until they lie apart.

    Args:
        targets: Where each would like to be.
        weights: How much each minds to be elsewhere.
        gaps: How far each of the others at least lies behind the one before it.

    Returns:
        The values, in the same order.
    """
    shifts = np.fromiter(accumulate(gaps, initial=0.0), float)
    means = isotonic_regression(np.asarray(targets) - shifts, weights=weights).x
    return [float(value) for value in means + shifts]


def _separations(graph: Graph, layer: Sequence[Node], widths: Mapping[Node, float]) -> list[float]:
    return [
        (widths[left] + widths[right]) / 2
        + (TRACK_GAP if graph.passes_by(left) or graph.passes_by(right) else CELL_GAP)
        for left, right in pairwise(layer)
    ]
