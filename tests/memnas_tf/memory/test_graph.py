"""Networks as graphs of layers, as the paper counts them."""

from memnas_tf.genotype import from_string
from memnas_tf.memory import Node, block_graph, network_graph
from memnas_tf.template import Geometry, Template


def graph_of(text, *, channels=2, filters=2, stride=1):
    """The graph of a block of 4 by 4."""
    return block_graph(from_string(text).blocks[0], Geometry(4, 4, channels, filters, stride))


def test_operations_and_what_combines_them():
    assert graph_of("0c3+0d3,1mp:0ap=", channels=3, stride=2) == (
        Node(0, "input", (), 48),
        Node(1, "conv_3x3", (0,), 8),
        Node(1, "depthwise_3x3", (0,), 8),
        Node(1, "sum", (1, 2), 8),
        Node(2, "max_pool_3x3", (3,), 8),
        Node(2, "average_pool_3x3", (0,), 8),
        Node(2, "concat", (4, 5), 16),
    )


def test_several_outputs_are_concatenated():
    assert graph_of("0c3+0c3=,0c3:0c3=")[-1] == Node(0, "concat", (3, 6), 32 + 64)


def test_an_identity_that_passes_its_input_through_is_no_layer():
    assert graph_of("0id+0c3=") == (
        Node(0, "input", (), 32),
        Node(1, "conv_3x3", (0,), 32),
        Node(1, "sum", (0, 1), 32),
    )


def test_an_identity_that_changes_shape_is_a_layer():
    for shape in ({"channels": 3}, {"stride": 2}):
        assert [node.kind for node in graph_of("0id+0id=", **shape)] == [
            "input",
            "identity",
            "identity",
            "sum",
        ]


def test_dead_cells_and_bypasses_leave_no_trace():
    assert [node.kind for node in graph_of("0c3+0c3,0,2d3+0d3=")] == [
        "input",
        "depthwise_3x3",
        "depthwise_3x3",
        "sum",
    ]


def test_a_whole_network():
    template = Template((8, 6, 3), 7, (2, 4), (1, 2), stem=(5,))
    assert network_graph(from_string("0c3+0c3=/0d3:0d3="), template) == (
        Node(0, "input", (), 8 * 6 * 3),
        Node(0, "stem", (0,), 4 * 3 * 5),
        Node(1, "conv_3x3", (1,), 4 * 3 * 2, 1),
        Node(1, "conv_3x3", (1,), 4 * 3 * 2, 1),
        Node(1, "sum", (2, 3), 4 * 3 * 2, 1),
        Node(1, "depthwise_3x3", (4,), 2 * 2 * 4, 2),
        Node(1, "depthwise_3x3", (4,), 2 * 2 * 4, 2),
        Node(1, "concat", (5, 6), 2 * 2 * 8, 2),
        Node(0, "pool", (7,), 8),
        Node(0, "dense", (8,), 7),
    )


def test_labels():
    assert [node.label for node in graph_of("0c3+0d3=")] == [
        "input",
        "C1 3x3 convolution",
        "C1 3x3 depthwise",
        "C1 sum",
    ]
