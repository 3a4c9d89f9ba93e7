"""Which memory a search aims at, and what its networks may take at most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from memnas_tf.devices import RUNTIMES, DeviceProfile, find_device
from memnas_tf.errors import ConfigError
from memnas_tf.genotype import Genotype
from memnas_tf.knob_kinds import OneOf, Quantity, Text
from memnas_tf.knobs import knob, read_knobs
from memnas_tf.memory.arena_memory import DTYPES, KERNELS
from memnas_tf.memory.litert_graph import BYTES_PER_VALUE
from memnas_tf.memory.needs import NetworkNeeds
from memnas_tf.memory.units import parse_bytes, parse_macs
from memnas_tf.template import Template

MEMORIES = ("lifetime", "arena")
WEIGHT_SIZES = (4, 2, 1)
DEVICE_WORD = 32  # bits of a pointer on a microcontroller
BYTES = Quantity(parse_bytes, "bytes", "256kB")
MACS = Quantity(parse_macs, "MACs", "12.5M")
_NO_LIMIT = "no limit"


@dataclass(frozen=True)
class Aims:
    """What a person says of the memory that a search aims at, and of its budgets.

    Raises:
        ConfigError: If a value is out of range.
    """

    memory: str = knob(
        "The intermediate memory that counts: the paper's, or what LiteRT allocates.",
        OneOf(MEMORIES),
        MEMORIES[0],
    )
    dtype: str | None = knob(
        "Type of the runtime's tensors.", OneOf(DTYPES), unset=f"the device's, or {DTYPES[0]}"
    )
    kernels: str = knob("LiteRT's kernels, for the arena.", OneOf(KERNELS), KERNELS[0])
    bytes_per_weight: int | None = knob(
        "Bytes of one parameter.", OneOf(WEIGHT_SIZES), unset="by dtype"
    )
    max_arena: int | str | None = knob(
        "Only networks whose arena fits, such as 256kB.", BYTES, unset=_NO_LIMIT
    )
    max_parameters: int | str | None = knob(
        "Only networks whose parameters fit, such as 1MB.", BYTES, unset=_NO_LIMIT
    )
    runtime: str | None = knob(
        "What RAM and flash are of: TensorFlow Lite for Microcontrollers, or LiteRT.",
        OneOf(RUNTIMES),
        unset=f"the device's, or {RUNTIMES[0]}",
    )
    max_ram: int | str | None = knob(
        "Only networks whose arena in the runtime fits, with all that it keeps there, such as "
        "64kB.",
        BYTES,
        unset=f"the device's, or {_NO_LIMIT}",
    )
    max_flash: int | str | None = knob(
        "Only networks whose file fits, such as 100kB; of tflm.",
        BYTES,
        unset=f"the device's, or {_NO_LIMIT}",
    )
    max_macs: int | str | None = knob(
        "Only networks with no more multiplications for an image, such as 12.5M.",
        MACS,
        unset=_NO_LIMIT,
    )
    device: str | None = knob(
        "Only networks that fit a device: a name, such as arduino-nano-33-ble, or a TOML file "
        "with a device of your own. It decides runtime, dtype, RAM and flash where they are left "
        "out.",
        Text("NAME"),
        unset="any",
    )

    def __post_init__(self) -> None:
        """Refuse what cannot be aimed at."""
        read_knobs(self)

    def target(self) -> MemoryTarget:
        """Make a target of them.

        Returns:
            The target, with what the device says of what is None.

        Raises:
            ConfigError: If they go against each other, or there is no such device.
        """
        name, word = None, DEVICE_WORD
        said = vars(self)
        if self.device is not None:
            name, profile = find_device(self.device)
            word = profile.word
            said = {**said, **self._of_device(profile)}
        dtype = said["dtype"] or DTYPES[0]
        said = {
            **said,
            "dtype": dtype,
            "bytes_per_weight": said["bytes_per_weight"] or BYTES_PER_VALUE[dtype],
            "runtime": said["runtime"] or RUNTIMES[0],
            "device": name,
        }
        return MemoryTarget(word=word, **said)

    def _of_device(self, profile: DeviceProfile) -> dict[str, Any]:
        """Return what a device decides: what is None, flash of one runtime alone."""
        names = ["dtype", "runtime", "max_ram"]
        if (self.runtime or profile.runtime) == "tflm":
            names.append("max_flash")
        return {name: getattr(profile, name) for name in names if getattr(self, name) is None}


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
        read_knobs(self, Aims)
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


def memory_target(memory: str = MEMORIES[0], **aims: Any) -> MemoryTarget:
    """Make a target of what people write.

    Args:
        memory: The intermediate memory that Equation 4 counts, "lifetime" or "arena".
        **aims: Other attributes of `Aims`, budgets in bytes or as text such as "256kB".

    Returns:
        The target.

    Raises:
        ConfigError: If a value is out of range, or there is no such device.
    """
    return Aims(memory, **aims).target()
