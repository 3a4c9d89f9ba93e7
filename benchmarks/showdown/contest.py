"""Who takes part: budgets, networks and seeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

PLAIN = ("resnet8", "ds-cnn")


class Budget(NamedTuple):
    """What a network may take in int8 on a 32-bit microcontroller, and how it is trained.

    Attributes:
        ram: Bytes of the smallest arena.
        flash: Bytes of the file.
        epochs: Epochs of the final training.
        seeds: How many times it is trained.
    """

    ram: int
    flash: int
    epochs: int
    seeds: int


class Search(NamedTuple):
    """What a search may do.

    Attributes:
        moves: What turns a base into candidates.
        tradeoff: The paper's lambda.
    """

    moves: str
    tradeoff: float


class Entry(NamedTuple):
    """One network to train.

    Attributes:
        budget: One of `BUDGETS`.
        network: One of `PLAIN` or of `SEARCHES`.
        seed: Of the final training.
    """

    budget: str
    network: str
    seed: int

    @property
    def name(self) -> str:
        """The entry as one word, which names its directory."""
        return f"{self.network}-{self.budget}-{self.seed}"


# The first is what MLPerf Tiny's ResNet-8 takes there.
BUDGETS: Mapping[str, Budget] = MappingProxyType(
    {
        "20k": Budget(20_000, 32_000, 60, 3),
        "36k": Budget(36_000, 64_000, 60, 3),
        "54k": Budget(54_340, 98_496, 40, 1),
    }
)
SEARCHES: Mapping[str, Search] = MappingProxyType(
    {
        "paper-space": Search("grow,trim", 1.0),
        "paper-space-0.8": Search("grow,trim", 0.8),
        "memnas": Search("grow,trim,widen,narrow", 1.0),
    }
)


def entries() -> Iterator[Entry]:
    """List what is trained, the cheapest budget first, every network once before a second seed.

    Yields:
        The entries.
    """
    for seed in range(max(budget.seeds for budget in BUDGETS.values())):
        for name, budget in BUDGETS.items():
            if seed < budget.seeds:
                for network in (*PLAIN, *SEARCHES):
                    yield Entry(name, network, seed)
