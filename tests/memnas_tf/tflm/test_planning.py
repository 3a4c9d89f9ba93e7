"""Orders and plans for microcontrollers."""

import random

import pytest

from memnas_tf.genotype import from_string
from memnas_tf.template import cifar_template
from memnas_tf.tflm import MicroGraph, MicroOperation, MicroTensor, graph_of, tflm_memory
from memnas_tf.tflm.head import buffers, extent, live_bound, place
from memnas_tf.tflm.offline_plan import plan_offline
from memnas_tf.tflm.planning import planned
from tests.helpers.genotypes import random_genotype, random_template


def graphs():
    for seed in range(40):
        rng = random.Random(seed)
        yield graph_of(random_genotype(rng, 2, max_cells=4), random_template(rng, 2))


def test_a_plan_nearly_always_reaches_the_bound_and_never_needs_more():
    better = above = 0
    for graph in graphs():
        best = planned(graph).graph
        wanted = buffers(best)
        above += extent(wanted, place(wanted)) > live_bound(wanted)
        for word in (32, 64):
            before, after = tflm_memory(graph, word), tflm_memory(best, word)
            assert after.used <= before.used
            assert after.smallest_arena <= before.smallest_arena
        better += best.plan != ()
    assert better
    assert above <= 2


def test_tensors_that_live_at_once_never_overlap():
    for graph in graphs():
        wanted = buffers(planned(graph).graph)
        offsets = place(wanted)
        for i, one in enumerate(wanted):
            for j, other in enumerate(wanted[:i]):
                if one.first <= other.last and other.first <= one.last:
                    apart = offsets[i] >= offsets[j] + other.size
                    assert apart or offsets[j] >= offsets[i] + one.size


def test_planning_is_the_same_every_time():
    for graph in graphs():
        assert planned(graph) == planned(graph)


def test_the_runtimes_own_placement_is_kept_where_it_is_best():
    graph = graph_of(from_string("1x0c3+0id="), cifar_template((8, 8, 1), 3, 4, 1))
    plan = plan_offline(graph)
    assert plan.offsets == ()
    assert plan.size == plan.bound == tflm_memory(graph).tensor_bytes


@pytest.mark.parametrize("steps", [0, 1000])
def test_a_gap_that_the_largest_first_leaves(steps):
    sizes = (48, 32, 32, 64, 16)
    tensors = tuple(MicroTensor(size) for size in sizes)
    operations = tuple(MicroOperation("ADD", (i, i), (i + 1,)) for i in range(len(sizes) - 1))
    graph = MicroGraph(tensors, operations, (0,), (len(sizes) - 1,))
    plan = plan_offline(graph, max_steps=steps)
    assert plan.bound <= plan.size <= tflm_memory(graph).tensor_bytes
