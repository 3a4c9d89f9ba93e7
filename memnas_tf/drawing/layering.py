"""A block as a layered graph, in which every edge leads to the next layer.

The input is layer 0, a cell lies one below the deeper of its inputs, the output below all. A
representation that is read further down passes the layers between as one line, however many
read it: such a place is a node of that representation in a layer other than its own.

Source: K. Sugiyama et al., "Methods for visual understanding of hierarchical system structures".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from memnas_tf.genotype import Cell

INPUT = 0
OUTPUT = -1


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
            representation's place in the output.
    """

    upper: Node
    lower: Node
    port: int


Layers: TypeAlias = tuple[tuple[Node, ...], ...]


@dataclass(frozen=True)
class Graph:
    """A layered block.

    Attributes:
        cells: The live cells.
        depths: The layer of each representation and of `OUTPUT`.
        layers: The nodes of each layer.
        edges: The edges.
    """

    cells: Mapping[int, Cell]
    depths: Mapping[int, int]
    layers: Layers
    edges: tuple[Edge, ...]

    def passes_by(self, node: Node) -> bool:
        """Tell whether a node is a line that passes its layer."""
        return self.depths[node.representation] != node.layer


def layered(cells: Mapping[int, Cell]) -> Graph:
    """Layer a block.

    Args:
        cells: Its live cells, as `memnas_tf.genotype.live_cells` returns them.

    Returns:
        The graph, its layers not yet ordered.
    """
    depths = {INPUT: 0}
    for index, cell in cells.items():
        depths[index] = 1 + max(depths[cell.input_1], depths[cell.input_2])
    depths[OUTPUT] = 1 + max(depths.values())
    layers: list[list[Node]] = [[] for _ in range(depths[OUTPUT] + 1)]
    for representation, depth in depths.items():
        layers[depth].append(Node(depth, representation))
    edges: list[Edge] = []
    for source, readers in _readers(cells).items():
        last = max(depths[reader] for reader, _ in readers)
        for layer in range(depths[source] + 1, last + 1):
            upper = Node(layer - 1, source)
            edges.extend(
                Edge(upper, Node(layer, reader), port)
                for reader, port in readers
                if depths[reader] == layer
            )
            if layer < last:
                layers[layer].append(Node(layer, source))
                edges.append(Edge(upper, Node(layer, source), 0))
    return Graph(cells, depths, tuple(map(tuple, layers)), tuple(edges))


def output_sources(cells: Mapping[int, Cell]) -> tuple[int, ...]:
    """Return the cells that a block's output concatenates."""
    return tuple(index for index, cell in cells.items() if cell.is_output)


def _readers(cells: Mapping[int, Cell]) -> dict[int, list[tuple[int, int]]]:
    readers: dict[int, list[tuple[int, int]]] = {}
    for index, cell in cells.items():
        for port, source in enumerate((cell.input_1, cell.input_2)):
            readers.setdefault(source, []).append((index, port))
    for port, source in enumerate(output_sources(cells)):
        readers.setdefault(source, []).append((OUTPUT, port))
    return readers
