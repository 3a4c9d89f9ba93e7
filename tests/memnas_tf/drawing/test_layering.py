"""Blocks as layered graphs."""

from hypothesis import given, settings

from memnas_tf.drawing.layering import INPUT, OUTPUT, Edge, Node, layered
from memnas_tf.genotype import PRESETS, BlockDifference, block_difference
from tests.helpers.genotypes import blocks, raw_blocks


def graph_of(block):
    return layered(block_difference(block))


def test_figure_1b():
    graph = graph_of(PRESETS["figure-1b"].blocks[0])
    assert graph.depths == {INPUT: 0, 1: 1, 2: 2, 3: 3, OUTPUT: 4}
    assert set(graph.edges) == {
        Edge(Node(0, 0), Node(1, 1), 0),
        Edge(Node(0, 0), Node(1, 1), 1),
        Edge(Node(0, 0), Node(1, 0), 0),
        Edge(Node(1, 0), Node(2, 2), 1),
        Edge(Node(1, 1), Node(2, 2), 0),
        Edge(Node(1, 1), Node(2, 1), 0),
        Edge(Node(2, 1), Node(3, 3), 0),
        Edge(Node(2, 2), Node(3, 3), 1),
        Edge(Node(2, 2), Node(3, 2), 0),
        Edge(Node(3, 2), Node(4, OUTPUT), 0),
        Edge(Node(3, 3), Node(4, OUTPUT), 1),
    }


def test_no_cells():
    graph = layered(BlockDifference({}))
    assert graph.layers == ((Node(0, INPUT),), (Node(1, OUTPUT),))
    assert graph.edges == ()


@settings(max_examples=50, deadline=None)
@given(raw_blocks(max_cells=9))
def test_edges_lead_one_layer_on_between_nodes_that_exist(block):
    graph = graph_of(block)
    nodes = {node for layer in graph.layers for node in layer}
    assert sum(map(len, graph.layers)) == len(nodes)
    for edge in graph.edges:
        assert {edge.upper, edge.lower} <= nodes
        assert edge.lower.layer == edge.upper.layer + 1


@settings(max_examples=50, deadline=None)
@given(blocks(max_cells=9))
def test_every_reader_is_reached_from_what_it_reads(block):
    graph = graph_of(block)
    above = {(edge.lower, edge.port): edge.upper for edge in graph.edges}
    for index, cell in graph.difference.cells.items():
        for port, source in enumerate((cell.input_1, cell.input_2)):
            assert above[Node(graph.depths[index], index), port].representation == source
    # A line that passes by comes from itself one layer up, down from where it is made.
    for (lower, _), upper in above.items():
        if graph.passes_by(lower):
            assert upper.representation == lower.representation
            assert lower.layer > graph.depths[lower.representation]
