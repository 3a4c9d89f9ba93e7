"""The order of operations in which the least memory lives at once.

Source: the exact dynamic programme of uNAS and tflite-tools (Liberis and Lane), "Neural networks
on microcontrollers: saving memory at inference via operator reordering", 2019. Here it is a search
from the start, best first, with a bound on every order that holds even where it gives up.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush, nsmallest
from typing import NamedTuple

from memnas_tf.errors import ConfigError
from memnas_tf.memory.arena import RuntimeGraph, plan_arena
from memnas_tf.memory.schedule import Schedule, State, members

MAX_STATES = 10_000  # a few seconds with hundreds of operations
BEAM_WIDTH = 8


class Order(NamedTuple):
    """An order of a graph's operations, and how good it is.

    Attributes:
        positions: Places in `RuntimeGraph.operations`, in the order in which they run.
        peak: The most bytes that live at once.
        bound: Bytes; no order has a smaller peak.
        states: How many sets of operations the search looked at.
    """

    positions: tuple[int, ...]
    peak: int
    bound: int
    states: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether no order is better."""
        return self.peak == self.bound


class ArenaOrder(NamedTuple):
    """The order to run a graph in, judged by the arena that the interpreter plans for it.

    Attributes:
        positions: Places in `RuntimeGraph.operations`, in the order in which they run.
        size: Bytes of the arena in this order.
        given_size: Bytes of the arena in the graph's own order.
        best: The order in which the least memory lives at once, taken or not.
    """

    positions: tuple[int, ...]
    size: int
    given_size: int
    best: Order


def best_order(graph: RuntimeGraph, max_states: int = MAX_STATES) -> Order:
    """Find an order of operations in which the least memory lives at once.

    Tensors count in full and without alignment. Those that the graph reads live throughout, those
    that it gives until the end; an output in place of an input shares its memory.

    Args:
        graph: The operations in an order in which they can run.
        max_states: How many sets of operations to look at before the best order found so far
            must do.

    Returns:
        The order, its peak in bytes and a bound on the peak of any order. The graph's own order
        if none better was found.

    Raises:
        ConfigError: If the graph's own order is none in which its operations can run.
    """
    given = tuple(range(len(graph.operations)))
    peak = live_peak(graph)
    schedule = Schedule(graph)
    bound = schedule.least()
    if peak == bound:
        return Order(given, peak, bound)
    found = _search(schedule, bound, peak, max_states)
    if found.positions:
        return found
    wide = _beam(schedule, bound, peak) if found.bound < peak else ()  # the search gave up
    if wide:
        return Order(wide, live_peak(graph, wide), found.bound, found.states)
    return Order(given, peak, found.bound, found.states)


def order_for_arena(graph: RuntimeGraph, max_states: int = MAX_STATES) -> ArenaOrder:
    """Choose between the graph's own order and the best one by the arena planned for them.

    The arena can be larger than what lives at once, as tensors leave gaps. So the order in which
    the least memory lives is taken only if its arena is smaller.

    Args:
        graph: The operations in an order in which they can run.
        max_states: As for `best_order`.

    Returns:
        The order, with the size of the arena in it and in the graph's own order.

    Raises:
        ConfigError: If the graph's own order is none in which its operations can run.
    """
    best = best_order(graph, max_states)
    given_size = plan_arena(graph).size
    size = plan_arena(reordered(graph, best.positions)).size
    if size < given_size:
        return ArenaOrder(best.positions, size, given_size, best)
    return ArenaOrder(tuple(range(len(graph.operations))), given_size, given_size, best)


def live_peak(graph: RuntimeGraph, positions: Sequence[int] | None = None) -> int:
    """Add up what lives at once, and take the largest sum.

    Args:
        graph: The operations.
        positions: Places in `graph.operations`, in the order in which they run; None for the
            graph's own.

    Returns:
        Bytes, the operations' temporaries included.

    Raises:
        ConfigError: If the operations cannot run in that order.
    """
    order = range(len(graph.operations)) if positions is None else positions
    _check_order(graph, order)
    schedule = Schedule(graph)
    state = schedule.start()
    peak = state.live
    for position in order:
        peak = max(peak, schedule.peak(state, position))
        state = schedule.run(state, position)
    return peak


def reordered(graph: RuntimeGraph, positions: Sequence[int]) -> RuntimeGraph:
    """Put a graph's operations in another order; the tensors keep their numbers.

    Args:
        graph: The operations.
        positions: Places in `graph.operations`, in the order in which they are to run.

    Returns:
        The same graph in that order.

    Raises:
        ConfigError: If the operations cannot run in that order.
    """
    _check_order(graph, positions)
    return graph._replace(operations=tuple(graph.operations[position] for position in positions))


def _check_order(graph: RuntimeGraph, positions: Sequence[int]) -> None:
    count = len(graph.operations)
    if sorted(positions) != list(range(count)):
        raise ConfigError(f"the order of {count} operations must hold each of their places once")
    unmade = {tensor for operation in graph.operations for tensor in operation.outputs}
    for position in positions:
        operation = graph.operations[position]
        early = unmade.intersection(operation.inputs)
        if early:
            raise ConfigError(
                f"operation {position} ({operation.kind}) cannot run before the one "
                f"that makes its input, tensor {min(early)}"
            )
        unmade.difference_update(operation.outputs)


def _search(schedule: Schedule, bound: int, peak: int, max_states: int) -> Order:
    """Search for an order below a known peak, the smallest peak first and the most done next.

    The first order that is complete has the smallest peak. Without positions there is none, or
    its peak lies between the returned bound and the known peak.
    """
    start = schedule.start()
    heap = [(bound, len(schedule.needs), start.live, start)]
    reached = {start.done: bound}  # the smallest peak so far
    came: dict[int, tuple[int, list[int]]] = {}
    bottlenecks = schedule.bottlenecks()[::-1]
    seen: set[int] = set()
    states = 0
    while heap:
        highest, _, _, raw = heappop(heap)
        if raw.done in seen:
            continue
        if states == max_states:
            return Order((), peak, highest, states)
        states += 1
        seen.add(raw.done)
        state, steps = schedule.settle(raw, highest)
        if steps:
            if state.done in seen:
                continue
            seen.add(state.done)
            came[state.done] = raw.done, steps
        if state.done == schedule.all_done:
            return Order(_path(came, state.done), highest, highest, states)
        while bottlenecks and not bottlenecks[-1] & ~state.done:
            # Every order passes here, and none with a smaller peak.
            bottlenecks.pop()
            heap.clear()
        for position in members(state.ready):
            higher = max(highest, schedule.peak(state, position))
            if higher >= peak:
                continue
            after = schedule.run(state, position)
            if after.done not in seen and higher < reached.get(after.done, peak):
                reached[after.done] = higher
                came[after.done] = state.done, [position]
                left = len(schedule.needs) - after.done.bit_count()
                heappush(heap, (higher, left, after.live, after))
    return Order((), peak, peak, states)


def _path(came: dict[int, tuple[int, list[int]]], done: int) -> tuple[int, ...]:
    parts = []
    while done:
        done, steps = came[done]
        parts.append(steps)
    return tuple(step for steps in reversed(parts) for step in steps)


def _beam(schedule: Schedule, bound: int, peak: int) -> tuple[int, ...]:
    """Look for an order below a known peak by keeping a few sets a step; empty if none is found."""
    found: tuple[int, ...] = ()
    level: list[tuple[int, int, State, tuple[int, ...]]]
    level = [(bound, 0, schedule.start(), ())]
    while level:
        after: dict[int, tuple[int, int, State, tuple[int, ...]]] = {}
        for highest, _, raw, path in level:
            state, steps = schedule.settle(raw, highest)
            path = (*path, *steps)
            if state.done == schedule.all_done and highest < peak:
                found, peak = path, highest
            for position in members(state.ready):
                higher = max(highest, schedule.peak(state, position))
                follower = schedule.run(state, position)
                known = after.get(follower.done)
                if higher < peak and (known is None or higher < known[0]):
                    after[follower.done] = higher, follower.live, follower, (*path, position)
        level = nsmallest(BEAM_WIDTH, after.values())
    return found
