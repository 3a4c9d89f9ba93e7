"""What lives when operations run in any order: sets of executed operations, and steps between them.

A set is a number whose bit i stands for operation i.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from memnas_tf.memory.arena import RuntimeGraph, shared_owners


class State(NamedTuple):
    """What a set of executed operations leaves: bit i of a set stands for operation i."""

    done: int
    ready: int
    live: int  # bytes


class Schedule:
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
            self.needs.append(bits_of(makers))
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

    def start(self) -> State:
        """Return the state before the first operation."""
        live = sum(size for size, maker, _ in self.buffers if not maker)
        return State(0, bits_of(i for i, needed in enumerate(self.needs) if not needed), live)

    def peak(self, state: State, position: int) -> int:
        """Return the bytes that live while an operation runs."""
        return state.live + self.allocated[position] + self.temporaries[position]

    def run(self, state: State, position: int) -> State:
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
        return State(done, ready, live)

    def settle(self, state: State, peak: int) -> tuple[State, list[int]]:
        """Run what can only do good at once: chains that pass no peak and end with no more bytes.

        Operations never free less when they run later, so `live` is submodular. If a chain is
        the shortest one from here that ends with no more bytes, running it first therefore adds
        nothing to any later step of any order, and passes no peak itself.
        """
        steps: list[int] = []
        settled = False
        while not settled:
            settled = True
            for first in members(state.ready):
                chain = self._chain(state, first, peak)
                if chain:
                    state = chain[0]
                    steps += chain[1]
                    settled = False
                    break
        return state, steps

    def _chain(self, state: State, position: int, peak: int) -> tuple[State, list[int]] | None:
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
            for other in members(needed):
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


def bits_of(members: Iterable[int]) -> int:
    """Return the set of some operations."""
    bits = 0
    for member in members:
        bits |= 1 << member
    return bits


def members(bits: int) -> Iterator[int]:
    """Yield the operations of a set, the first first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
