"""Few crossings."""

from hypothesis import given, settings

from memnas_tf.drawing.layering import Edge, Node, layered
from memnas_tf.drawing.ordering import count_crossings, order_layers
from memnas_tf.genotype import PRESETS, block_difference, from_string
from tests.helpers.genotypes import blocks


def crossings(text):
    graph = layered(block_difference(from_string(text).blocks[0]))
    return count_crossings(order_layers(graph), graph.edges)


def test_count():
    a, b, c, d = Node(0, 0), Node(0, 1), Node(1, 2), Node(1, 3)
    layers = ((a, b), (c, d))
    assert count_crossings(layers, [Edge(a, c, 0), Edge(b, d, 0)]) == 0
    assert count_crossings(layers, [Edge(a, d, 0), Edge(b, c, 0)]) == 1
    assert count_crossings(layers, [Edge(a, c, 0), Edge(b, c, 1), Edge(a, d, 0)]) == 1


def test_what_can_be_drawn_without_crossings_is():
    figure = layered(block_difference(PRESETS["figure-1b"].blocks[0]))
    assert count_crossings(order_layers(figure), figure.edges) == 0
    # Two chains whose cells alternate.
    assert crossings("0c3+0c3,0d3+0d3,2c3+2c3,1d3+1d3,4c3+4c3=,3d3+3d3=") == 0


@settings(max_examples=50, deadline=None)
@given(blocks(max_cells=9))
def test_same_nodes_and_no_more_crossings_than_before(block):
    graph = layered(block_difference(block))
    layers = order_layers(graph)
    assert [set(layer) for layer in layers] == [set(layer) for layer in graph.layers]
    assert count_crossings(layers, graph.edges) <= count_crossings(graph.layers, graph.edges)
