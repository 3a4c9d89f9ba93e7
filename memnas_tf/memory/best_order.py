"""The order of operations in which the least memory lives at once.

Source: the exact dynamic programme of uNAS and tflite-tools (Liberis and Lane), "Neural networks
on microcontrollers: saving memory at inference via operator reordering", 2019. Here it is a search
from the start, best first, with a bound on every order that holds even where it gives up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush, nsmallest
from typing import NamedTuple

from memnas_tf.errors import ConfigError
from memnas_tf.memory.arena import RuntimeGraph, plan_arena, shared_owners

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
    schedule = _Schedule(graph)
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
    schedule = _Schedule(graph)
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


class _State(NamedTuple):
    """What a set of executed operations leaves: bit i of a set stands for operation i."""

    done: int
    ready: int
    live: int  # bytes


class _Schedule:
    """A graph as what each operation needs, allocates and frees."""

    def __init__(self, graph: RuntimeGraph) -> None:
        owners = shared_owners(graph)
        maker = {
            tensor: i
            for i, operation in enumerate(graph.operations)
            for tensor in operation.outputs
        }
        held = {owners[tensor] for tensor in (*graph.inputs, *graph.outputs)}
        self.needs: list[int] = []
        self.allocated: list[int] = []
        self.temporaries: list[int] = []
        self.followers: list[list[int]] = [[] for _ in graph.operations]
        self.all_done = (1 << len(graph.operations)) - 1
        reads: list[set[int]] = []
        readers = [0] * len(graph.sizes)  # of every tensor in a buffer
        for i, operation in enumerate(graph.operations):
            makers = {maker[tensor] for tensor in operation.inputs if tensor in maker}
            for other in makers:
                self.followers[other].append(i)
            self.needs.append(_bits(makers))
            own = (tensor for tensor in operation.outputs if owners[tensor] == tensor)
            self.allocated.append(sum(graph.sizes[tensor] for tensor in own))
            self.temporaries.append(sum(operation.temporaries))
            reads.append({owners[tensor] for tensor in operation.inputs})
            for buffer in reads[-1]:
                readers[buffer] |= 1 << i
        self.frees = [
            [(readers[b], graph.sizes[b]) for b in buffers if b not in held] for buffers in reads
        ]
        # Every buffer: its size, the operation that allocates it, those that read it.
        self.buffers = [
            (
                size,
                1 << maker[tensor] if tensor in maker else 0,
                self.all_done if tensor in held else readers[tensor],
            )
            for tensor, size in enumerate(graph.sizes)
            if owners[tensor] == tensor
        ]

    def start(self) -> _State:
        """Return the state before the first operation."""
        live = sum(size for size, maker, _ in self.buffers if not maker)
        return _State(0, _bits(i for i, needed in enumerate(self.needs) if not needed), live)

    def peak(self, state: _State, position: int) -> int:
        """Return the bytes that live while an operation runs."""
        return state.live + self.allocated[position] + self.temporaries[position]

    def run(self, state: _State, position: int) -> _State:
        """Return the state after an operation that is ready."""
        done = state.done | 1 << position
        ready = state.ready & ~(1 << position)
        for follower in self.followers[position]:
            if not self.needs[follower] & ~done:
                ready |= 1 << follower
        live = state.live + self.allocated[position]
        for readers, size in self.frees[position]:
            if not readers & ~done:
                live -= size
        return _State(done, ready, live)

    def settle(self, state: _State, peak: int) -> tuple[_State, list[int]]:
        """Run what can only do good at once: chains that pass no peak and end with no more bytes.

        Operations never free less when they run later, so `live` is submodular. If a chain is
        the shortest one from here that ends with no more bytes, running it first therefore adds
        nothing to any later step of any order, and passes no peak itself.
        """
        steps: list[int] = []
        settled = False
        while not settled:
            settled = True
            for first in _members(state.ready):
                chain = self._chain(state, first, peak)
                if chain:
                    state = chain[0]
                    steps += chain[1]
                    settled = False
                    break
        return state, steps

    def _chain(self, state: _State, position: int, peak: int) -> tuple[_State, list[int]] | None:
        chain: list[int] = []
        after = state
        while self.peak(after, position) <= peak:
            waiting = after.ready & ~(1 << position)
            after = self.run(after, position)
            chain.append(position)
            if after.live <= state.live:
                return after, chain
            woken = after.ready & ~waiting
            if not woken or woken & (woken - 1):
                return None
            position = woken.bit_length() - 1
        return None

    def relatives(self) -> tuple[list[int], list[int]]:
        """Return what runs before each operation in any order, itself included; and after it."""
        before = [needed | 1 << i for i, needed in enumerate(self.needs)]
        for i, needed in enumerate(self.needs):
            for other in _members(needed):
                before[i] |= before[other]
        after = [1 << i for i in range(len(self.needs))]
        for i in reversed(range(len(self.needs))):
            for other in self.followers[i]:
                after[i] |= after[other]
        return before, after

    def least(self) -> int:
        """Return a bound in bytes: what must live while an operation runs, in any order."""
        needed = [
            temporaries
            + sum(
                size
                for size, maker, readers in self.buffers
                if (not maker or before & maker) and (not readers or after & readers)
            )
            for temporaries, before, after in zip(self.temporaries, *self.relatives(), strict=True)
        ]
        return max(needed, default=self.start().live)

    def bottlenecks(self) -> list[int]:
        """Return the sets that are done at some time in every order, the smallest first."""
        before, after = self.relatives()
        sets = (b for b, a in zip(before, after, strict=True) if b | a == self.all_done)
        return sorted(sets, key=int.bit_count)


def _search(schedule: _Schedule, bound: int, peak: int, max_states: int) -> Order:
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
        for position in _members(state.ready):
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


def _beam(schedule: _Schedule, bound: int, peak: int) -> tuple[int, ...]:
    """Look for an order below a known peak by keeping a few sets a step; empty if none is found."""
    found: tuple[int, ...] = ()
    level: list[tuple[int, int, _State, tuple[int, ...]]]
    level = [(bound, 0, schedule.start(), ())]
    while level:
        after: dict[int, tuple[int, int, _State, tuple[int, ...]]] = {}
        for highest, _, raw, path in level:
            state, steps = schedule.settle(raw, highest)
            path = (*path, *steps)
            if state.done == schedule.all_done and highest < peak:
                found, peak = path, highest
            for position in _members(state.ready):
                higher = max(highest, schedule.peak(state, position))
                follower = schedule.run(state, position)
                known = after.get(follower.done)
                if higher < peak and (known is None or higher < known[0]):
                    after[follower.done] = higher, follower.live, follower, (*path, position)
        level = nsmallest(BEAM_WIDTH, after.values())
    return found


def _bits(members: Iterable[int]) -> int:
    bits = 0
    for member in members:
        bits |= 1 << member
    return bits


def _members(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
