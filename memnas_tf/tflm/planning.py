"""The order of operations and the placement of tensors in which a model needs the least RAM."""

from __future__ import annotations

from typing import NamedTuple

from memnas_tf.memory.arena import RuntimeGraph, RuntimeOperation
from memnas_tf.memory.best_order import best_order
from memnas_tf.tflm.graph import MicroGraph
from memnas_tf.tflm.head import round_up
from memnas_tf.tflm.memory import tflm_memory
from memnas_tf.tflm.offline_plan import MAX_STEPS, plan_offline
from memnas_tf.tflm.structs import WORDS


class PlannedGraph(NamedTuple):
    """A model in the order and with the plan that a file for microcontrollers gets.

    Attributes:
        graph: The model.
        positions: The places of its operations in the model that it was made of.
    """

    graph: MicroGraph
    positions: tuple[int, ...]


def planned(graph: MicroGraph, max_steps: int = MAX_STEPS) -> PlannedGraph:
    """Choose the order and the plan for a model; never one that needs more RAM than its own.

    Args:
        graph: The model; a plan that it has is one of those compared.
        max_steps: As for `plan_offline`.

    Returns:
        The model in that order, with that plan.

    Raises:
        ConfigError: If the needs of one of its operations are not known.
    """
    given = PlannedGraph(graph, tuple(range(len(graph.operations))))
    limits = _needs(graph)
    candidates = [given]
    for positions in dict.fromkeys((given.positions, _least_live(graph))):
        operations = tuple(graph.operations[position] for position in positions)
        ordered = graph._replace(operations=operations, plan=())
        plan = plan_offline(ordered, max_steps).offsets
        candidates.append(PlannedGraph(ordered._replace(plan=plan), positions))
    needs = [_needs(candidate.graph) for candidate in candidates]
    allowed = [
        place
        for place, values in enumerate(needs)
        if all(value <= limit for value, limit in zip(values, limits, strict=True))
    ]
    return candidates[min(allowed, key=lambda place: needs[place])]


def _needs(graph: MicroGraph) -> tuple[int, ...]:
    """Return what must not grow: what is used and the smallest arena, on every word size."""
    memories = [tflm_memory(graph, word) for word in WORDS]
    return tuple(n for memory in memories for n in (memory.smallest_arena, memory.used))


def _least_live(graph: MicroGraph) -> tuple[int, ...]:
    """Return the order in which the least memory lives at once."""
    given = RuntimeOperation("INPUT", (), graph.inputs)
    operations = [
        RuntimeOperation(
            operation.kind,
            tuple(i for i in operation.inputs if not graph.tensors[i].is_constant),
            operation.outputs,
            tuple(map(round_up, operation.scratch)),
        )
        for operation in graph.operations
    ]
    # The input is made before all else, and may die; constants take no RAM.
    sizes = tuple(0 if t.is_constant else round_up(t.bytes) for t in graph.tensors)
    runtime = RuntimeGraph(sizes, (given, *operations), (), graph.outputs)
    return tuple(position - 1 for position in best_order(runtime).positions if position)
