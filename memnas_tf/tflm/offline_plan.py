"""A better placement of tensors than the runtime's own, for a file to carry.

The runtime places the largest tensor first. Placed in another order they may leave fewer gaps, and
no placement takes less than what lives at once. Scratch buffers are the runtime's to place, after
all that a plan has placed.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

from memnas_tf.tflm.graph import MicroGraph
from memnas_tf.tflm.head import (
    UNPLANNED,
    Buffer,
    buffers,
    extent,
    live_bound,
    place,
    place_in_order,
    placed_tensors,
    runtime_order,
)

MAX_STEPS = 1000  # about a second for a hundred tensors


class OfflinePlan(NamedTuple):
    """A placement.

    Attributes:
        offsets: One for each tensor of the graph, -1 where the runtime is to choose; empty where
            its own placement is as good.
        size: Bytes of the arena's head.
        bound: Bytes that live at once; no placement in this order of operations takes less.
    """

    offsets: tuple[int, ...]
    size: int
    bound: int


def plan_offline(graph: MicroGraph, max_steps: int = MAX_STEPS, seed: int = 0) -> OfflinePlan:
    """Look for the smallest head of the arena, for a graph's own order of operations.

    Args:
        graph: The model, without a plan.
        max_steps: How many orders of placement to try before the best one so far must do.
        seed: Of the choice between them.

    Returns:
        The placement, never larger than the runtime's own.
    """
    wanted = buffers(graph._replace(plan=()))
    tensors = placed_tensors(graph)
    own = extent(wanted, place(wanted))
    bound = live_bound(wanted)
    if own == bound:
        return OfflinePlan((), own, bound)
    offsets = _climb(wanted, len(tensors), bound, max_steps, random.Random(seed))
    size = extent(wanted, offsets)
    if size >= own:
        return OfflinePlan((), own, bound)
    plan = [UNPLANNED] * len(graph.tensors)
    for tensor, offset in zip(tensors, offsets, strict=False):  # scratch buffers come last
        plan[tensor] = offset
    return OfflinePlan(tuple(plan), size, bound)


def _climb(
    wanted: Sequence[Buffer], count: int, bound: int, max_steps: int, rng: random.Random
) -> tuple[int, ...]:
    """Move the buffers that stick out forwards, in the order in which they are placed."""
    own = runtime_order(wanted)
    scratch = [index for index in own if index >= count]
    order = [index for index in own if index < count]
    best = place_in_order(wanted, order + scratch)
    least = extent(wanted, best)
    for _ in range(max_steps):
        if least == bound:
            break
        other = order.copy()
        place_of = rng.choice(_sticking_out(wanted, best, order, least) or range(1, count))
        moved = other.pop(place_of)
        other.insert(rng.randrange(place_of) if place_of else 0, moved)
        if rng.random() < 0.5:
            first, second = rng.randrange(count), rng.randrange(count)
            other[first], other[second] = other[second], other[first]
        offsets = place_in_order(wanted, other + scratch)
        size = extent(wanted, offsets)
        if size <= least:
            order, best, least = other, offsets, size
    return best


def _sticking_out(
    wanted: Sequence[Buffer], offsets: Sequence[int], order: Sequence[int], end: int
) -> list[int]:
    """Return the places in the order of the buffers that end last."""
    return [p for p, index in enumerate(order) if offsets[index] + wanted[index].size == end]
