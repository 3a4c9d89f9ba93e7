"""`memnas memory --runtime tflm`: what a network needs on a microcontroller."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from memnas_cli.quiet import import_quietly
from memnas_cli.views.terminal import echo
from memnas_tf.errors import ConfigError, ExportError
from memnas_tf.files import write_bytes
from memnas_tf.genotype import Genotype
from memnas_tf.memory.macs import mac_count
from memnas_tf.output_file import check_replaceable
from memnas_tf.template import Template
from memnas_tf.tflm import MicroGraph, TflmMemory, graph_of, tflm_memory
from memnas_tf.tflm.flash import file_bytes
from memnas_tf.tflm.instructions import MICRO_KERNELS, estimated_instructions
from memnas_tf.tflm.planning import planned
from memnas_tf.tflm.rewriting import rewritten

DEVICE, WHEEL = 32, 64  # word sizes


class TflmNeeds(NamedTuple):
    """RAM and flash of a network, in bytes.

    Attributes:
        device: RAM on a 32-bit device.
        wheel: RAM in the 64-bit wheel, tflite-micro.
        planned: RAM on a 32-bit device as it is exported: in the best order and with a plan.
        planned_wheel: The same in the wheel.
        flash: The size of the file.
        macs: MACs for one image; None where they are not known.
        instructions: An estimate for one image on a Cortex-M4, by kernels; empty likewise.
    """

    device: TflmMemory
    wheel: TflmMemory
    planned: TflmMemory
    planned_wheel: TflmMemory
    flash: int
    macs: int | None = None
    instructions: Mapping[str, int] = {}

    def to_document(self) -> dict[str, Any]:
        """Return what a script reads."""
        return {
            "ram_bytes": self.device.used,
            "tensor_bytes": self.device.tensor_bytes,
            "bookkeeping_bytes": self.device.bookkeeping_bytes,
            "bookkeeping": dict(self.device.bookkeeping),
            "smallest_arena_bytes": self.device.smallest_arena,
            "ram_bytes_64": self.wheel.used,
            "smallest_arena_bytes_64": self.wheel.smallest_arena,
            "planned_ram_bytes": self.planned.used,
            "planned_smallest_arena_bytes": self.planned.smallest_arena,
            "planned_ram_bytes_64": self.planned_wheel.used,
            "planned_smallest_arena_bytes_64": self.planned_wheel.smallest_arena,
            "flash_bytes": self.flash,
            "macs": self.macs,
            "estimated_instructions": dict(self.instructions) or None,
        }

    def print(self) -> None:
        """Tell people, in bytes, as every one of them counts."""
        echo("TensorFlow Lite for Microcontrollers, int8, 32-bit, in bytes:")
        echo(f"  RAM                         {self.device.used:,}")
        echo(f"    tensors                   {self.device.tensor_bytes:,}")
        for part, size in self.device.bookkeeping.items():
            echo(f"    bookkeeping, {part:<12} {size:,}")
        echo(f"  smallest kTensorArenaSize   {self.device.smallest_arena:,}")
        if self.planned.used < self.device.used:
            echo(f"  RAM with a plan             {self.planned.used:,}")
            echo(f"  smallest with a plan        {self.planned.smallest_arena:,}")
        echo(f"  RAM in the 64-bit wheel     {self.wheel.used:,}")
        echo(f"  flash                       {self.flash:,}")
        if self.macs is not None:
            echo(f"  MACs for one image          {self.macs:,}")
        for kernels, number in self.instructions.items():
            echo(f"  {kernels + ' kernels':<27} about {number / 1e6:,.3g} million instructions")
        if self.instructions:
            echo("  (instructions are an estimate, for a Cortex-M4)")


def needs_of_genotype(genotype: Genotype, template: Template) -> TflmNeeds:
    """Tell what an architecture needs, as converted to int8 and as it is exported."""
    graph = graph_of(genotype, template)
    exported = planned(rewritten(graph)).graph
    return _needs(graph, exported, file_bytes(exported))._replace(
        macs=mac_count(genotype, template),
        instructions={
            kernels: estimated_instructions(genotype, template, kernels)
            for kernels in MICRO_KERNELS
        },
    )


def needs_of_file(content: bytes) -> TflmNeeds:
    """Tell what a LiteRT model needs as it is."""
    import_quietly("tensorflow")
    from memnas_tf.litert.micro_reader import read_micro_graph

    graph = read_micro_graph(content)
    return _needs(graph, planned(graph).graph, len(content))


def _needs(graph: MicroGraph, best: MicroGraph, flash: int) -> TflmNeeds:
    device, wheel = (tflm_memory(graph, word) for word in (DEVICE, WHEEL))
    planned_device, planned_wheel = (tflm_memory(best, word) for word in (DEVICE, WHEEL))
    return TflmNeeds(device, wheel, planned_device, planned_wheel, flash)


def read_file(path: str) -> bytes:
    """Read a LiteRT model.

    Raises:
        ExportError: If it cannot be read.
    """
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ExportError(f"{path} cannot be read: {error.strerror}") from error


def write_planned(source: str, to: str | None) -> None:
    """Write a LiteRT model anew for microcontrollers, and tell what that saves.

    Raises:
        ConfigError: If it is not said where to write it, or the source is no LiteRT model.
    """
    from memnas_tf.litert.micro_file import make_micro_file

    if to is None:
        raise ConfigError("--plan writes a file; say where with --to FILE.tflite")
    if not source.endswith(".tflite"):
        raise ConfigError(f"--plan takes a LiteRT model; {source} is no .tflite file")
    check_replaceable(to)
    content = read_file(source)
    import_quietly("tensorflow")
    made = make_micro_file(content)
    write_bytes(to, made.content)
    before, after = made.before[DEVICE], made.memory[DEVICE]
    echo(
        f"written to {to}: RAM {after.used:,} bytes for {before.used:,} (32-bit), smallest arena "
        f"{after.smallest_arena:,} for {before.smallest_arena:,}, file {len(made.content):,} for "
        f"{len(content):,}",
        err=True,
    )
