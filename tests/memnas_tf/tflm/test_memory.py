"""The RAM of microcontrollers, against figures of an emulated Cortex-M4 and of the wheel."""

import random
import time

import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import load_genotype
from memnas_tf.template import cifar_template
from memnas_tf.tflm import MicroGraph, MicroOperation, MicroTensor, graph_of, tflm_memory
from memnas_tf.tflm.head import Buffer, extent, live_bound, place
from tests.helpers.genotypes import random_genotype, random_template


def without_bias(graph):
    """Drop the dense layer's bias, as the converter does where it is zero: before training."""
    (dense,) = (o for o in graph.operations if o.kind == "FULLY_CONNECTED")
    bias = dense.inputs[2]

    def renumbered(tensors):
        return tuple(tensor - (tensor > bias) for tensor in tensors if tensor != bias)

    return MicroGraph(
        graph.tensors[:bias] + graph.tensors[bias + 1 :],
        tuple(
            o._replace(inputs=renumbered(o.inputs), outputs=renumbered(o.outputs))
            for o in graph.operations
        ),
        renumbered(graph.inputs),
        renumbered(graph.outputs),
    )


@pytest.mark.parametrize(
    ("text", "blocks", "filters", "tensors", "bookkeeping", "in_the_wheel"),
    [
        ("4x0ap:0mp=", 4, 8, 32_768, 4_100, 39_152),
        ("0d3:0mp=/0d3:0mp=/0d3:0mp=/0d3:0id=/0d3:0mp=", 5, 8, 32_768, 5_524, 41_072),
        ("5x0d5+0id,1d5+1id=", 5, 16, 49_152, 8_692, 61_152),
        ("3x0f7+0f7=", 3, 12, 39_936, 5_988, 48_464),
        ("figure-1b", 5, 8, 49_152, 16_916, 73_200),
        ("figure-1b", 5, 16, 98_304, 21_012, 126_448),
        ("supplement", 5, 8, 81_920, 36_020, 131_680),
    ],
)
def test_what_devices_and_the_wheel_reported(
    text, blocks, filters, tensors, bookkeeping, in_the_wheel
):
    """Untrained networks of 10 classes on images of 32x32x3, in int8."""
    template = cifar_template((32, 32, 3), 10, filters, blocks)
    graph = without_bias(graph_of(load_genotype(text), template))
    memory = tflm_memory(graph, 32)
    assert (memory.tensor_bytes, memory.bookkeeping_bytes) == (tensors, bookkeeping)
    assert memory.used == tensors + bookkeeping
    assert memory.smallest_arena in range(memory.used, memory.used + 16)
    assert tflm_memory(graph, 64).used == in_the_wheel


def test_planning_itself_may_need_more_than_a_run():
    """Many operations on small images: the planner's lists are larger than the tensors."""
    template = cifar_template((8, 8, 1), 10, filters=2)
    memory = tflm_memory(graph_of(load_genotype("figure-1b"), template))
    assert memory.smallest_arena > memory.used + 16


def test_it_takes_under_five_milliseconds():
    network, template = load_genotype("figure-1b"), cifar_template((32, 32, 3), 10, filters=16)
    tflm_memory(graph_of(network, template))
    seconds = []
    for _ in range(5):
        start = time.process_time()
        tflm_memory(graph_of(network, template))
        seconds.append(time.process_time() - start)
    assert min(seconds) < 0.005


def test_placing_by_hand():
    wanted = [Buffer(32, 0, 1), Buffer(16, 1, 2), Buffer(32, 2, 3), Buffer(16, 1, 1)]
    # The later of the two large ones comes first, the other fits beside none of it in time.
    assert place(wanted) == (0, 48, 0, 32)
    assert extent(wanted, place(wanted)) == 64 == live_bound(wanted)


def test_a_plan_in_the_file_is_obeyed():
    tensors = (MicroTensor(16), MicroTensor(16), MicroTensor(16))
    operations = (MicroOperation("ADD", (0, 0), (1,)), MicroOperation("ADD", (1, 1), (2,)))
    graph = MicroGraph(tensors, operations, (0,), (2,), plan=(64, 0, -1))
    assert tflm_memory(graph).tensor_bytes == 80
    assert tflm_memory(graph._replace(plan=())).tensor_bytes == 32


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("word", [32, 64])
def test_parts_and_limits(seed, word):
    rng = random.Random(seed)
    graph = graph_of(random_genotype(rng, 2, max_cells=4), random_template(rng, 2))
    memory = tflm_memory(graph, word)
    assert memory.tensor_bytes >= max(t.bytes for t in graph.tensors if not t.is_constant)
    assert min(memory.bookkeeping.values()) > 0
    assert list(memory.bookkeeping) == [
        "runtime", "tensors", "operations", "kernels", "channels", "inputs and outputs"
    ]  # fmt: skip
    assert memory.smallest_arena > memory.used - 16


def test_what_is_not_known_is_refused_by_name():
    graph = MicroGraph((MicroTensor(4),) * 2, (MicroOperation("SVDF", (0,), (1,)),), (0,), (1,))
    with pytest.raises(ConfigError, match="known for models with SVDF"):
        tflm_memory(graph)
    with pytest.raises(ConfigError, match="word is 16; use one of 32, 64"):
        tflm_memory(graph, 16)
    many = MicroOperation("CONCATENATION", (0,) * 11, (1,))
    with pytest.raises(ConfigError, match="CONCATENATION reads 11 tensors"):
        tflm_memory(graph._replace(operations=(many,)))
