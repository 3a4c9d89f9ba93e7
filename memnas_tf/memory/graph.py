"""The layers of a network as the paper counts them: an operation, a sum or a concat each.

A graph is a tuple of nodes in an order in which they can run; each makes one tensor. An identity
that passes its input through makes none and is no node.
"""

from __future__ import annotations

from typing import NamedTuple

from memnas_tf.block_walk import walk_block
from memnas_tf.genotype import Block, Genotype
from memnas_tf.operations import OPERATIONS
from memnas_tf.template import Geometry, Template


class Node(NamedTuple):
    """A layer and the tensor that it makes.

    Attributes:
        cell: The number of its cell in the block, 0 outside cells.
        kind: "input", "concat", "sum", an operation's name, "stem", "pool" or "dense".
        inputs: Positions of the nodes that it reads.
        values: The number of values in its tensor, for one image.
        block: The number of its block in the network; 0 outside blocks, and in a block alone.
    """

    cell: int
    kind: str
    inputs: tuple[int, ...]
    values: int
    block: int = 0

    @property
    def label(self) -> str:
        """The layer's name for people."""
        title = OPERATIONS[self.kind].title if self.kind in OPERATIONS else self.kind
        places = [f"{letter}{n}" for letter, n in (("B", self.block), ("C", self.cell)) if n]
        return " ".join((*places, title))


Graph = tuple[Node, ...]


def block_graph(block: Block, geometry: Geometry) -> Graph:
    """Lay out one block.

    Args:
        block: A block's cells.
        geometry: What it stands in.

    Returns:
        The block's input first, its output last.
    """
    positions = geometry.output_height * geometry.output_width
    nodes = [Node(0, "input", (), geometry.height * geometry.width * geometry.channels)]
    place = {0: 0}  # of each representation, its node
    outputs: list[int] = []
    for index, cell, operations, channels in walk_block(block, geometry):
        operands: list[int] = []
        for operation in operations:
            node = place[operation.source]
            if not operation.is_pass_through:
                nodes.append(Node(index, operation.name, (node,), positions * operation.filters))
                node = len(nodes) - 1
            operands.append(node)
        nodes.append(Node(index, cell.combine, tuple(operands), positions * channels))
        place[index] = len(nodes) - 1
        if cell.is_output:
            outputs.append(len(nodes) - 1)
    if len(outputs) > 1:
        nodes.append(Node(0, "concat", tuple(outputs), sum(nodes[o].values for o in outputs)))
    return tuple(nodes)


def network_graph(genotype: Genotype, template: Template) -> Graph:
    """Lay out a whole network, from the image to the class scores.

    Args:
        genotype: The architecture.
        template: The network's size.

    Returns:
        The image first, the scores last.
    """
    nodes = list(_stem_nodes(template))
    channels = 0
    for number, (block, geometry) in enumerate(template.geometries(genotype), 1):
        start = len(nodes) - 1  # the last node so far is this block's input
        graph = block_graph(block, geometry)
        nodes += [
            node._replace(inputs=tuple(start + source for source in node.inputs), block=number)
            for node in graph[1:]
        ]
        channels = nodes[-1].values // (geometry.output_height * geometry.output_width)
    nodes.append(Node(0, "pool", (len(nodes) - 1,), channels))
    nodes.append(Node(0, "dense", (len(nodes) - 1,), template.classes))
    return tuple(nodes)


def _stem_nodes(template: Template) -> list[Node]:
    height, width, channels = template.input_shape
    nodes = [Node(0, "input", (), height * width * channels)]
    for height, width, channels in template.stem_shapes():
        nodes.append(Node(0, "stem", (len(nodes) - 1,), height * width * channels))
    return nodes
