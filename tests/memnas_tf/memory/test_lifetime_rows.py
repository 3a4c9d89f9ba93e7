"""Which tensor lives when."""

import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.memory import (
    LifetimeRow,
    Node,
    lifetime_memory,
    memory_per_step,
    network_graph,
    paper_rows,
    runtime_rows,
)
from memnas_tf.memory.arena import RuntimeGraph, RuntimeOperation
from memnas_tf.template import cifar_template

# Figure 3: every tensor of size 1, and the first cell's output read by the block's too.
FIGURE_3 = (
    Node(0, "input", (), 1),
    Node(1, "depthwise_3x3", (0,), 1),
    Node(1, "factorised_7x7", (0,), 1),
    Node(1, "sum", (1, 2), 1),
    Node(2, "depthwise_5x5", (0,), 1),
    Node(2, "average_pool_3x3", (3,), 1),
    Node(2, "concat", (5, 4), 1),
    Node(3, "max_pool_3x3", (3,), 1),
    Node(3, "max_pool_3x3", (6,), 1),
    Node(3, "sum", (7, 8), 1),
    Node(0, "concat", (3, 6, 9), 1),
)


def test_figure_3():
    rows = paper_rows(FIGURE_3, bytes_per_value=1)
    assert rows[:6] == [
        LifetimeRow("input", 1, 1, 1),
        LifetimeRow("C1 3x3 depthwise", 2, 2, 1),
        LifetimeRow("C1 1x7 then 7x1", 2, 2, 1),
        LifetimeRow("C1 sum", 3, 7, 1),
        LifetimeRow("C2 5x5 depthwise", 2, 4, 1),
        LifetimeRow("C2 3x3 average pooling", 4, 4, 1),
    ]
    assert rows[-1] == LifetimeRow("concat", 8, 8, 1)
    assert memory_per_step(rows) == [1, 3, 2, 4, 3, 4, 3, 1]


def test_bytes_and_names():
    graph = (Node(0, "input", (), 5), Node(0, "dense", (0,), 2), Node(0, "outputs", (0, 1), 0))
    assert paper_rows(graph, labels=["a", "b", "none"]) == [
        LifetimeRow("a", 1, 2, 20),
        LifetimeRow("b", 2, 2, 8),
    ]
    with pytest.raises(ConfigError, match="1 labels for 3 tensors"):
        paper_rows(graph, labels=["a"])


def test_the_peak_is_the_lifetime_memory():
    from memnas_tf.genotype import PRESETS

    template = cifar_template((32, 32, 3), classes=10, filters=8)
    for genotype in PRESETS.values():
        rows = paper_rows(network_graph(genotype, template))
        assert max(memory_per_step(rows)) == lifetime_memory(genotype, template)


RUNTIME = RuntimeGraph(
    sizes=(10, 100, 50, 100, 8),
    operations=(
        RuntimeOperation("CONV_2D", (0,), (1,), (30, 7)),
        RuntimeOperation("MEAN", (1,), (2,)),
        RuntimeOperation("ADD", (1,), (3,), in_place=(1,)),
        RuntimeOperation("CONCATENATION", (2, 3), (4,)),
    ),
    inputs=(0,),
    outputs=(4,),
)


def test_runtime():
    assert runtime_rows(RUNTIME) == [
        LifetimeRow("input", 1, 4, 10),
        LifetimeRow("CONV_2D", 1, 3, 100),
        LifetimeRow("temporary of CONV_2D", 1, 1, 30),
        LifetimeRow("temporary of CONV_2D", 1, 1, 7),
        LifetimeRow("MEAN", 2, 4, 50),
        LifetimeRow("ADD", 3, 4, 100),
        LifetimeRow("CONCATENATION", 4, 4, 8),
    ]


def test_what_is_written_over_an_input_shares_its_row():
    operations = list(RUNTIME.operations)
    operations[1] = operations[1]._replace(inputs=(0,))
    rows = runtime_rows(RUNTIME._replace(operations=tuple(operations)), labels="abcde")
    assert rows == [
        LifetimeRow("a", 1, 4, 10),
        LifetimeRow("b", 1, 4, 100),
        LifetimeRow("temporary of b", 1, 1, 30),
        LifetimeRow("temporary of b", 1, 1, 7),
        LifetimeRow("c", 2, 4, 50),
        LifetimeRow("e", 4, 4, 8),
    ]


def test_nothing():
    assert memory_per_step([]) == []
    with pytest.raises(ConfigError, match="0 labels for 5 tensors"):
        runtime_rows(RUNTIME, [])
