"""A block as a layered graph, in which every edge leads to the next layer.

The input is layer 0, a cell lies one below the deeper of its inputs, the output below all. A
representation that is read further down passes the layers between as one line, however many
read it: such a place is a node of that representation in a layer other than its own.

What a move has trimmed is laid out too, as if it were there, and told apart by `Edge.is_trimmed`.

Source: K. Sugiyama et al., "Methods for visual understanding of hierarchical system structures".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from memnas_tf.genotype import BlockDifference, Cell

INPUT = 0
OUTPUT = -1
# An edge that an operation no longer reads arrives at the port of the one that it reads now.
TRIMMED_PORT = 2


@dataclass(frozen=True)
class Node:
    """One place: in which layer, and of which representation (or `OUTPUT`)."""

    layer: int
    representation: int


@dataclass(frozen=True)
class Edge:
    """A line to the next layer.

    Attributes:
        upper: Where it starts.
        lower: Where it ends.
        port: Which of the lower node's readers it feeds: operation 0 or 1 of a cell, or the
            representation's place in the output. `TRIMMED_PORT` more for what an operation of
            a cell that is still there has read before.
        is_trimmed: Whether only what was trimmed needs it.
    """

    upper: Node
    lower: Node
    port: int
    is_trimmed: bool = False


Layers: TypeAlias = tuple[tuple[Node, ...], ...]


@dataclass(frozen=True)
class Graph:
    """A layered block.

    Attributes:
        difference: The cells, and which of them a move has changed.
        depths: The layer of each representation and of `OUTPUT`.
        layers: The nodes of each layer.
        edges: The edges.
    """

    difference: BlockDifference
    depths: Mapping[int, int]
    layers: Layers
    edges: tuple[Edge, ...]

    def passes_by(self, node: Node) -> bool:
        """Tell whether a node is a line that passes its layer."""
        return self.depths[node.representation] != node.layer


def layered(difference: BlockDifference) -> Graph:
    """Layer a block.

    Args:
        difference: Its cells, and those that are gone.

    Returns:
        The graph, its layers not yet ordered.
    """
    depths = {INPUT: 0}
    for index, cell in difference.cells.items():
        before = [difference.trimmed_inputs.get((index, place), INPUT) for place in (0, 1)]
        depths[index] = 1 + max(depths[i] for i in (cell.input_1, cell.input_2, *before))
    depths[OUTPUT] = 1 + max(depths.values())
    layers: list[list[Node]] = [[] for _ in range(depths[OUTPUT] + 1)]
    for representation, depth in depths.items():
        layers[depth].append(Node(depth, representation))
    edges: list[Edge] = []
    for source, readers in _readers(difference).items():
        last = max(depths[reader] for reader, _, _ in readers)
        for layer in range(depths[source] + 1, last + 1):
            upper = Node(layer - 1, source)
            edges.extend(
                Edge(upper, Node(layer, reader), port, is_trimmed)
                for reader, port, is_trimmed in readers
                if depths[reader] == layer
            )
            if layer < last:
                layers[layer].append(Node(layer, source))
                further = [trimmed for reader, _, trimmed in readers if depths[reader] > layer]
                edges.append(Edge(upper, Node(layer, source), 0, all(further)))
    return Graph(difference, depths, tuple(map(tuple, layers)), tuple(edges))


def output_sources(cells: Mapping[int, Cell]) -> tuple[int, ...]:
    """Return the cells that a block's output concatenates."""
    return tuple(index for index, cell in cells.items() if cell.is_output)


def _readers(difference: BlockDifference) -> dict[int, list[tuple[int, int, bool]]]:
    """Return what reads each representation: who, at which port, and whether no longer."""
    readers: dict[int, list[tuple[int, int, bool]]] = {}
    for index, cell in difference.cells.items():
        for port, (source, _) in enumerate(cell.operands):
            readers.setdefault(source, []).append((index, port, index in difference.trimmed))
    for (index, place), source in difference.trimmed_inputs.items():
        readers.setdefault(source, []).append((index, TRIMMED_PORT + place, True))
    outputs = [*output_sources(difference.cells), *sorted(difference.trimmed_outputs)]
    for port, source in enumerate(outputs):
        is_trimmed = source in difference.trimmed_outputs
        readers.setdefault(source, []).append((OUTPUT, port, is_trimmed))
    return readers
