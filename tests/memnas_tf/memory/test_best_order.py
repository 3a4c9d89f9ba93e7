"""The best order against all orders, and worked out by hand."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memnas_tf.errors import ConfigError
from memnas_tf.memory.arena import RuntimeGraph, RuntimeOperation, plan_arena, shared_owners
from memnas_tf.memory.best_order import best_order, live_peak, order_for_arena, reordered

# Two branches, each large first and small afterwards. Side by side 205 bytes live (10 + 100 + 90
# + 5), one after the other 115 (10 + 100 + 5).
BRANCHES = RuntimeGraph(
    (10, 100, 90, 5, 5, 10),
    (
        RuntimeOperation("A", (0,), (1,)),
        RuntimeOperation("B", (0,), (2,)),
        RuntimeOperation("A", (1,), (3,)),
        RuntimeOperation("B", (2,), (4,)),
        RuntimeOperation("ADD", (3, 4), (5,)),
    ),
    (0,),
    (5,),
)


@st.composite
def graphs(draw, max_operations=7):
    """Draw graphs with all that the planner knows: dead ends, temporaries, outputs in place."""
    sizes = st.sampled_from((4, 8, 8, 16, 24, 40))
    count = draw(st.integers(1, max_operations))
    made = [draw(sizes) for _ in range(count + 1)]
    operations = []
    for output in range(1, count + 1):
        inputs = draw(st.lists(st.integers(0, output - 1), min_size=1, max_size=3))
        in_place = draw(st.sampled_from(((), tuple(inputs[:2]))))
        operation = RuntimeOperation("ANY", tuple(inputs), (output,), in_place=in_place)
        if in_place and draw(st.booleans()):
            made[output] = made[inputs[0]]
        temporaries = tuple(draw(st.lists(sizes, max_size=2)))
        operations.append(operation._replace(temporaries=temporaries))
    outputs = draw(st.sets(st.integers(1, count), min_size=1, max_size=2))
    return RuntimeGraph(tuple(made), tuple(operations), (0,), tuple(sorted(outputs)))


def orders(graph):
    """Every order in which the operations can run."""
    for positions in permutations(range(len(graph.operations))):
        place = {position: step for step, position in enumerate(positions)}
        if all(
            place[source] < place[reader]
            for source, made in enumerate(graph.operations)
            for reader, operation in enumerate(graph.operations)
            if made.outputs[0] in operation.inputs
        ):
            yield positions


def summed_peak(graph, positions):
    """The live peak step by step, straight from its definition."""
    steps = [graph.operations[position] for position in positions]
    buffers = {}  # the steps at which each is used; none if it lives to the end
    for tensor, owner in enumerate(shared_owners(graph)):
        made = [step for step, operation in enumerate(steps) if tensor in operation.outputs]
        read = [step for step, operation in enumerate(steps) if tensor in operation.inputs]
        dead_end = owner == tensor and not read
        ends = [len(steps)] if tensor in (*graph.inputs, *graph.outputs) or dead_end else []
        start = [0] if tensor in graph.inputs else []
        buffers.setdefault(owner, []).extend(start + made + read + ends)
    return max(
        sum(operation.temporaries)
        + sum(
            graph.sizes[owner] for owner, used in buffers.items() if min(used) <= step <= max(used)
        )
        for step, operation in enumerate(steps)
    )


def steps_of(graph):
    """The graph's own order."""
    return tuple(range(len(graph.operations)))


@settings(deadline=None)
@given(graphs())
def test_no_order_is_better(graph):
    peaks = {positions: live_peak(graph, positions) for positions in orders(graph)}
    best = best_order(graph)
    assert best.is_exact
    assert best.peak == peaks[best.positions] == min(peaks.values())
    if best.peak == live_peak(graph):
        assert best.positions == steps_of(graph)


@settings(deadline=None)
@given(graphs(), st.integers(0, 5))
def test_giving_up_leaves_a_bound(graph, max_states):
    least = best_order(graph).peak
    found = best_order(graph, max_states)
    assert found.states <= max_states
    assert found.bound <= least <= found.peak == live_peak(graph, found.positions)
    assert found.peak <= live_peak(graph)


@settings(deadline=None)
@given(graphs(5))
def test_peak_is_what_lives_at_once(graph):
    for positions in orders(graph):
        other = reordered(graph, positions)
        peak = live_peak(graph, positions)
        assert peak == live_peak(other) == summed_peak(graph, positions)
        assert peak <= plan_arena(other).size
        assert shared_owners(other) == shared_owners(graph)


@settings(deadline=None)
@given(graphs())
def test_arena_never_grows(graph):
    chosen = order_for_arena(graph)
    assert chosen.given_size == plan_arena(graph).size
    assert chosen.size == plan_arena(reordered(graph, chosen.positions)).size
    assert chosen.size < chosen.given_size or chosen.positions == steps_of(graph)


def test_branches_run_one_after_the_other():
    best = best_order(BRANCHES)
    assert live_peak(BRANCHES) == 205
    assert (best.peak, best.bound) == (115, 115)
    assert best.positions in ((0, 2, 1, 3, 4), (1, 3, 0, 2, 4))


def test_arena_of_branches():
    # Side by side 3 comes last, behind 1 at 64 and 2 at 192; one after the other 1 and 2 are both
    # at 64, 3 at 192 and 4 at 256.
    chosen = order_for_arena(BRANCHES)
    assert (chosen.given_size, chosen.size) == (325, 261)
    assert chosen.positions == chosen.best.positions


def test_giving_up_at_once_tries_a_few_orders():
    found = best_order(BRANCHES, max_states=0)
    assert found.states == 0
    assert found.peak == 115


def test_a_chain_has_one_order():
    operations = tuple(RuntimeOperation("ANY", (i,), (i + 1,)) for i in range(20))
    best = best_order(RuntimeGraph((8,) * 21, operations, (0,), (20,)))
    assert best == (tuple(range(20)), 24, 24, 0)


def test_many_parallel_branches_end_in_time():
    # The orders of 200 branches of three: more than any search can look at.
    sizes, operations, ends = [64], [], []
    for branch in range(200):
        tensor = 0
        for size in (100 + branch % 7, 50 + branch % 5, 10):
            operations.append(RuntimeOperation("ANY", (tensor,), (len(sizes),)))
            tensor = len(sizes)
            sizes.append(size)
        ends.append(tensor)
    operations.append(RuntimeOperation("CONCATENATION", tuple(ends), (len(sizes),)))
    graph = RuntimeGraph((*sizes, 2000), tuple(operations), (0,), (len(sizes),))
    widest = tuple(range(0, 600, 3)) + tuple(i for i in range(600) if i % 3) + (600,)
    found = best_order(reordered(graph, widest), max_states=300)
    assert found.bound <= found.peak < live_peak(graph, widest)


def test_no_operations():
    graph = RuntimeGraph((8,), (), (0,), (0,))
    assert best_order(graph) == ((), 8, 8, 0)


@pytest.mark.parametrize("positions", [(0, 1), (0, 1, 2, 3, 3), (0, 2, 3, 1, 4)])
def test_orders_that_cannot_run_are_refused(positions):
    for use in (live_peak, reordered):
        with pytest.raises(ConfigError, match=r"each of their places once|cannot run before"):
            use(BRANCHES, positions)
