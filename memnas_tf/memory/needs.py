"""What a network needs, and which budgets it keeps to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from memnas_tf.genotype import Genotype
from memnas_tf.memory.arena_memory import arena_memory
from memnas_tf.memory.lifetime import lifetime_memory
from memnas_tf.memory.macs import mac_count
from memnas_tf.memory.parameters import parameter_memory
from memnas_tf.template import Template

if TYPE_CHECKING:
    from memnas_tf.memory.target import MemoryTarget


@dataclass(frozen=True)
class NetworkNeeds:
    """What a network needs, memory in bytes; each number is computed when first asked for.

    Attributes:
        target: What is aimed at.
        genotype: The architecture.
        template: The network's size.
    """

    target: MemoryTarget
    genotype: Genotype
    template: Template

    @cached_property
    def parameter_bytes(self) -> int:
        """Its parameters."""
        return parameter_memory(self.genotype, self.template, self.target.bytes_per_weight)

    @cached_property
    def lifetime_bytes(self) -> int:
        """The paper's measure of its intermediate results."""
        return lifetime_memory(self.genotype, self.template, self.target.bytes_per_value)

    @cached_property
    def arena_bytes(self) -> int:
        """What the LiteRT interpreter allocates."""
        return arena_memory(
            self.genotype, self.template, dtype=self.target.dtype, kernels=self.target.kernels
        )

    @property
    def intermediate_bytes(self) -> int:
        """The one of the two that is aimed at."""
        return self.arena_bytes if self.target.memory == "arena" else self.lifetime_bytes

    @cached_property
    def ram_bytes(self) -> int:
        """The smallest arena that the runtime starts in: on a microcontroller all that it needs."""
        if self.target.runtime == "litert":
            return self.arena_bytes
        from memnas_tf.tflm.needs import ram_needed  # which itself needs this package

        return ram_needed(self.genotype, self.template, self.target.dtype, self.target.word)

    @cached_property
    def flash_bytes(self) -> int:
        """The most that its file for the runtime takes."""
        from memnas_tf.tflm.needs import flash_needed

        return flash_needed(self.genotype, self.template, self.target.dtype)

    @cached_property
    def macs(self) -> int:
        """Its MACs for one image."""
        return mac_count(self.genotype, self.template)

    @property
    def fits(self) -> bool:
        """Whether it keeps to all budgets, those first that are soon computed."""
        return all(budget.is_kept(self) for budget in BUDGETS)


class Budget(NamedTuple):
    """A limit on one need.

    Attributes:
        name: The attribute of a target that holds it.
        unit: Of what it is a number, for people.
        need: What of a network it limits.
    """

    name: str
    unit: str
    need: Callable[[NetworkNeeds], int]

    def limit(self, target: MemoryTarget) -> int | None:
        """Return the most that there may be; None for any."""
        limit: int | None = getattr(target, self.name)
        return limit

    def is_kept(self, network: NetworkNeeds) -> bool:
        """Tell whether a network keeps to it."""
        limit = self.limit(network.target)
        return limit is None or self.need(network) <= limit


# In the order in which they are looked at: what takes longest to compute comes last.
BUDGETS = (
    Budget("max_parameters", "bytes", lambda network: network.parameter_bytes),
    Budget("max_macs", "MACs", lambda network: network.macs),
    Budget("max_arena", "bytes", lambda network: network.arena_bytes),
    Budget("max_ram", "bytes", lambda network: network.ram_bytes),
    Budget("max_flash", "bytes", lambda network: network.flash_bytes),
)


def has_budgets(target: MemoryTarget) -> bool:
    """Tell whether a target limits anything."""
    return any(budget.limit(target) is not None for budget in BUDGETS)


def describe_excess(networks: Sequence[NetworkNeeds]) -> str:
    """Say which budget is too small for networks none of which fits.

    Args:
        networks: What each of them needs, at least one, all with the same target.

    Returns:
        The smallest of them beside the budget, for people.
    """
    target = networks[0].target
    limits = [(budget, limit) for budget in BUDGETS if (limit := budget.limit(target)) is not None]
    least = {budget: min(map(budget.need, networks)) for budget, _ in limits}
    excess = [
        _excess(budget, limit, least[budget]) for budget, limit in limits if least[budget] > limit
    ]
    if excess:
        return " and ".join(excess)
    # Each budget is kept, but not all by the same network.
    left = list(networks)
    kept: list[str] = []
    for budget, limit in limits:
        keeping = [network for network in left if budget.is_kept(network)]
        if not keeping:
            needed = min(map(budget.need, left))
            return f"of those within {' and '.join(kept)}, {_excess(budget, limit, needed)}"
        left = keeping
        kept.append(f"{budget.name} ({limit:,} {budget.unit})")
    raise ValueError("there is a network that fits")


def _excess(budget: Budget, limit: int, least: int) -> str:
    return f"the smallest needs {least:,} {budget.unit} where {budget.name} is {limit:,}"
