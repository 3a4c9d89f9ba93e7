"""Which memory a search aims at, and what its networks may take at most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from memnas_tf.devices import RUNTIMES, find_device
from memnas_tf.errors import ConfigError
from memnas_tf.genotype import Genotype
from memnas_tf.memory.arena_memory import DTYPES, KERNELS
from memnas_tf.memory.litert_graph import BYTES_PER_VALUE
from memnas_tf.memory.needs import NetworkNeeds
from memnas_tf.memory.units import parse_bytes, parse_macs
from memnas_tf.template import Template

MEMORIES = ("lifetime", "arena")
WEIGHT_SIZES = (4, 2, 1)
DEVICE_WORD = 32  # bits of a pointer on a microcontroller
# What a person says of a target, the arguments of `memory_target`.
AIMS = (
    "memory",
    "dtype",
    "kernels",
    "bytes_per_weight",
    "max_arena",
    "max_parameters",
    "runtime",
    "max_ram",
    "max_flash",
    "max_macs",
    "device",
)


@dataclass(frozen=True)
class MemoryTarget:
    """The memory that a search aims at. `memory_target` makes one of what people write.

    Attributes:
        memory: The intermediate memory that Equation 4 counts, "lifetime" or "arena".
        dtype: The type of tensors, in all of them.
        kernels: The kernels that the arena is for.
        bytes_per_weight: Bytes of one parameter: 4, 2 or 1.
        max_arena: The largest arena in bytes; None for any.
        max_parameters: The largest parameter memory in bytes; None for any.
        runtime: The runtime that RAM and flash are of, "tflm" or "litert".
        word: Bits of a pointer there, 32 or 64.
        max_ram: The most RAM in bytes; None for any.
        max_flash: The most flash in bytes; None for any.
        max_macs: The most MACs for one image; None for any.
        device: The name of the device whose profile this was made of; None for none.

    Raises:
        ConfigError: If a value is out of range.
    """

    memory: str
    dtype: str
    kernels: str
    bytes_per_weight: int
    max_arena: int | None
    max_parameters: int | None
    runtime: str
    word: int
    max_ram: int | None
    max_flash: int | None
    max_macs: int | None
    device: str | None

    def __post_init__(self) -> None:
        """Refuse what cannot be aimed at."""
        for name, known in (
            ("memory", MEMORIES),
            ("dtype", DTYPES),
            ("kernels", KERNELS),
            ("runtime", RUNTIMES),
        ):
            value = getattr(self, name)
            if value not in known:
                raise ConfigError(f"{name} is {value!r}; use one of {', '.join(known)}")
        if isinstance(self.bytes_per_weight, bool) or self.bytes_per_weight not in WEIGHT_SIZES:
            raise ConfigError(
                f"bytes_per_weight is {self.bytes_per_weight!r}; use one of "
                f"{', '.join(map(str, WEIGHT_SIZES))}"
            )
        if self.max_flash is not None and self.runtime != "tflm":
            raise ConfigError(
                f"max_flash is {self.max_flash:,} bytes with runtime {self.runtime}, and the size "
                "of a file is only known for tflm; use max_parameters, or runtime tflm"
            )

    @property
    def bytes_per_value(self) -> int:
        """Bytes of one value of a tensor."""
        return BYTES_PER_VALUE[self.dtype]

    def measure(self, genotype: Genotype, template: Template) -> NetworkNeeds:
        """Return what a network needs, computed when it is asked for.

        Args:
            genotype: The architecture.
            template: The network's size.

        Returns:
            The network's needs.
        """
        return NetworkNeeds(self, genotype, template)


def memory_target(
    memory: str = "lifetime",
    dtype: str | None = None,
    kernels: str = "reference",
    bytes_per_weight: int | None = None,
    max_arena: int | str | None = None,
    max_parameters: int | str | None = None,
    runtime: str | None = None,
    max_ram: int | str | None = None,
    max_flash: int | str | None = None,
    max_macs: int | str | None = None,
    device: str | None = None,
) -> MemoryTarget:
    """Make a target of what people write.

    Args:
        memory: The intermediate memory that Equation 4 counts, "lifetime" or "arena".
        dtype: The type of tensors, one of `arena_memory.DTYPES`; None for the device's, or float32.
        kernels: The kernels that the arena is for, one of `arena_memory.KERNELS`.
        bytes_per_weight: Bytes of one parameter: 4, 2 or 1; None for as many as one value has.
        max_arena: The largest arena in bytes, or text such as "256kB"; None for any.
        max_parameters: The largest parameter memory in the same form; None for any.
        runtime: The runtime that RAM and flash are of: "tflm", TensorFlow Lite for
            Microcontrollers, or "litert"; None for the device's, or tflm.
        max_ram: The most RAM in the same form; None for the device's, or any.
        max_flash: The most flash in the same form; None for the device's, or any. With tflm alone.
        max_macs: The most MACs for one image, or text such as "12.5M"; None for any.
        device: The name of a device, or a TOML file with one, whose profile decides what is None.

    Returns:
        The target.

    Raises:
        ConfigError: If a value is out of range, or there is no such device.
    """
    name, word = None, DEVICE_WORD
    if device is not None:
        name, profile = find_device(device)
        word = profile.word
        dtype = profile.dtype if dtype is None else dtype
        runtime = profile.runtime if runtime is None else runtime
        max_ram = profile.max_ram if max_ram is None else max_ram
        if max_flash is None and runtime == "tflm":
            max_flash = profile.max_flash
    dtype = DTYPES[0] if dtype is None else dtype
    if bytes_per_weight is None:
        bytes_per_weight = BYTES_PER_VALUE.get(dtype, WEIGHT_SIZES[0])
    return MemoryTarget(
        memory,
        dtype,
        kernels,
        bytes_per_weight,
        max_arena=_budget("max_arena", max_arena),
        max_parameters=_budget("max_parameters", max_parameters),
        runtime=RUNTIMES[0] if runtime is None else runtime,
        word=word,
        max_ram=_budget("max_ram", max_ram),
        max_flash=_budget("max_flash", max_flash),
        max_macs=_budget("max_macs", max_macs, parse_macs),
        device=name,
    )


def _budget(
    name: str, value: int | str | None, parse: Callable[[int | str], int] = parse_bytes
) -> int | None:
    if value is None:
        return None
    try:
        return parse(value)
    except ConfigError as error:
        raise ConfigError(f"{name}: {error}") from None
