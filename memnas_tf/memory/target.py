"""Which memory a search aims at, and what it may take at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import Genotype
from memnas_tf.memory.arena_memory import DTYPES, KERNELS, arena_memory
from memnas_tf.memory.lifetime import lifetime_memory
from memnas_tf.memory.litert_graph import BYTES_PER_VALUE
from memnas_tf.memory.parameters import parameter_memory
from memnas_tf.memory.units import parse_bytes
from memnas_tf.template import Template

MEMORIES = ("lifetime", "arena")
WEIGHT_SIZES = (4, 2, 1)


@dataclass(frozen=True)
class MemoryTarget:
    """The memory that a search aims at. `memory_target` makes one of what people write.

    Attributes:
        memory: The intermediate memory that Equation 4 counts, "lifetime" or "arena".
        dtype: The type of tensors, in both.
        kernels: The kernels that the arena is for.
        bytes_per_weight: Bytes of one parameter: 4, 2 or 1.
        max_arena: The largest arena in bytes; None for any.
        max_parameters: The largest parameter memory in bytes; None for any.

    Raises:
        ConfigError: If a value is out of range.
    """

    memory: str
    dtype: str
    kernels: str
    bytes_per_weight: int
    max_arena: int | None
    max_parameters: int | None

    def __post_init__(self) -> None:
        """Refuse what cannot be aimed at."""
        for name, known in (("memory", MEMORIES), ("dtype", DTYPES), ("kernels", KERNELS)):
            value = getattr(self, name)
            if value not in known:
                raise ConfigError(f"{name} is {value!r}; use one of {', '.join(known)}")
        if isinstance(self.bytes_per_weight, bool) or self.bytes_per_weight not in WEIGHT_SIZES:
            raise ConfigError(
                f"bytes_per_weight is {self.bytes_per_weight!r}; use one of "
                f"{', '.join(map(str, WEIGHT_SIZES))}"
            )

    @property
    def bytes_per_value(self) -> int:
        """Bytes of one value of a tensor."""
        return BYTES_PER_VALUE[self.dtype]

    def measure(self, genotype: Genotype, template: Template) -> NetworkMemory:
        """Return what a network needs, computed when it is asked for.

        Args:
            genotype: The architecture.
            template: The network's size.

        Returns:
            The network's memory.
        """
        return NetworkMemory(self, genotype, template)


def memory_target(
    memory: str = "lifetime",
    dtype: str = "float32",
    kernels: str = "reference",
    bytes_per_weight: int | None = None,
    max_arena: int | str | None = None,
    max_parameters: int | str | None = None,
) -> MemoryTarget:
    """Make a target of what people write.

    Args:
        memory: The intermediate memory that Equation 4 counts, "lifetime" or "arena".
        dtype: The type of tensors, one of `arena_memory.DTYPES`.
        kernels: The kernels that the arena is for, one of `arena_memory.KERNELS`.
        bytes_per_weight: Bytes of one parameter: 4, 2 or 1; None for as many as one value has.
        max_arena: The largest arena in bytes, or text such as "256kB"; None for any.
        max_parameters: The largest parameter memory in the same form; None for any.

    Returns:
        The target.

    Raises:
        ConfigError: If a value is out of range.
    """
    if bytes_per_weight is None:
        bytes_per_weight = BYTES_PER_VALUE.get(dtype, WEIGHT_SIZES[0])
    return MemoryTarget(
        memory,
        dtype,
        kernels,
        bytes_per_weight,
        _budget("max_arena", max_arena),
        _budget("max_parameters", max_parameters),
    )


@dataclass(frozen=True)
class NetworkMemory:
    """What a network needs of memory, in bytes; each number is computed when first asked for.

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

    @property
    def fits(self) -> bool:
        """Whether both keep to their budgets. The arena takes longer, so it comes second."""
        return self.parameters_fit and self.arena_fits

    @property
    def parameters_fit(self) -> bool:
        """Whether the parameters keep to their budget."""
        budget = self.target.max_parameters
        return budget is None or self.parameter_bytes <= budget

    @property
    def arena_fits(self) -> bool:
        """Whether the arena keeps to its budget."""
        budget = self.target.max_arena
        return budget is None or self.arena_bytes <= budget


def describe_excess(networks: Sequence[NetworkMemory]) -> str:
    """Say which budget is too small for networks none of which fits.

    Args:
        networks: What each of them needs, at least one, all with the same target.

    Returns:
        The smallest of them beside the budget, for people.
    """
    target = networks[0].target
    budgets = (
        ("max_parameters", target.max_parameters, min(n.parameter_bytes for n in networks)),
        ("max_arena", target.max_arena, min(n.arena_bytes for n in networks)),
    )
    excess = [
        _excess(name, budget, least)
        for name, budget, least in budgets
        if budget is not None and least > budget
    ]
    if not excess:  # each budget is kept, but not both by the same network
        least = min(network.arena_bytes for network in networks if network.parameters_fit)
        within = f"of those within max_parameters ({target.max_parameters:,} bytes), "
        excess = [within + _excess("max_arena", target.max_arena or 0, least)]
    return " and ".join(excess)


def _excess(name: str, budget: int, least: int) -> str:
    return f"the smallest needs {least:,} bytes where {name} is {budget:,}"


def _budget(name: str, value: int | str | None) -> int | None:
    if value is None:
        return None
    try:
        return parse_bytes(value)
    except ConfigError as error:
        raise ConfigError(f"{name}: {error}") from None
