"""The best order against all orders, and against the real interpreter."""

import random
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memnas_tf.errors import ConfigError
from memnas_tf.memory.arena import RuntimeGraph, RuntimeOperation, plan_arena, shared_owners
from memnas_tf.memory.best_order import best_order, live_peak, order_for_arena, reordered
from memnas_tf.memory.litert_graph import litert_graph
from tests.helpers.genotypes import random_genotype, random_template

# Two branches: 1 and 2 are large, 3 and 4 small. Best finishes one before the other starts.
BRANCHES = RuntimeGraph(
    (10, 100, 90, 5, 5, 10),
    (
        RuntimeOperation("A", (0,), 1),
        RuntimeOperation("B", (0,), 2),
        RuntimeOperation("A", (1,), 3),
        RuntimeOperation("B", (2,), 4),
        RuntimeOperation("ADD", (3, 4), 5),
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
        operation = RuntimeOperation("ANY", tuple(inputs), output, in_place=draw(st.booleans()))
        if operation.in_place and draw(st.booleans()):
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
            if made.output in operation.inputs
        ):
            yield positions


def summed_peak(graph, positions):
    """The live peak step by step, straight from its definition."""
    owners = shared_owners(graph)
    steps = [graph.operations[position] for position in positions]
    buffers = {}
    for tensor, owner in enumerate(owners):
        at = [step for step, operation in enumerate(steps) if operation.output == tensor]
        at += [step for step, operation in enumerate(steps) if tensor in operation.inputs]
        held = tensor in graph.inputs or tensor in graph.outputs or len(at) == 1 and owner == tensor
        buffers.setdefault(owner, []).append((at, held))
    peaks = []
    for step, operation in enumerate(steps):
        live = sum(operation.temporaries)
        for owner, uses in buffers.items():
            at = [use for steps_used, _ in uses for use in steps_used]
            start = 0 if owner in graph.inputs else min(at)
            alone = any(tensor_held for _, tensor_held in uses)
            if start <= step and (alone or step <= max(at)):
                live += graph.sizes[owner]
        peaks.append(live)
    return max(peaks)
