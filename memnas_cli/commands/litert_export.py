"""`memnas export --format litert`: LiteRT files and what they need and do, as a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table

from memnas_cli.commands.device_export import DeviceExport, export_for_devices
from memnas_cli.views.terminal import Console, echo
from memnas_tf.errors import ConfigError
from memnas_tf.litert.conversion import TYPES
from memnas_tf.litert.interpreter import check_installed, require_interpreter
from memnas_tf.memory import MemoryTarget, format_bytes
from memnas_tf.memory.arena_memory import KERNELS
from serving.formats import ExportJob
from tuner.search.settings import SearchSettings

if TYPE_CHECKING:
    from serving.litert.export import LitertExport
    from serving.litert.report import LitertReport


def read_types(text: str) -> tuple[str, ...]:
    """Read types as people list them.

    Args:
        text: Names with commas between them.

    Returns:
        The names, each once.

    Raises:
        ConfigError: If one is no type.
    """
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if name not in TYPES:
            raise ConfigError(f"{name!r} is no type; list some of {','.join(TYPES)}")
    return names


def export_litert_files(asked: DeviceExport) -> Path:
    """Export a model's LiteRT files with progress, and print what came of it.

    Args:
        asked: What is exported, and where to.

    Returns:
        The version's directory.

    Raises:
        MemNASError: As `serving.litert.export.export_litert`, or if it is not known which data
            set the model was trained on.
    """
    check_installed()

    def run(job: ExportJob) -> LitertExport:
        from serving.litert.export import export_litert

        what = (job.network, job.preprocessing, job.images)
        return export_litert(*what, job.directory, asked.types, job.version, job.on_progress)

    exported, settings = export_for_devices(asked, require_interpreter, run)
    _print(exported.report)
    if isinstance(settings, SearchSettings):
        _warn_of_budget(exported.report, settings.target)
    return exported.path


def _print(report: LitertReport) -> None:
    table = Table("type", box=SIMPLE_HEAD, pad_edge=False)
    for name in ("file", "accuracy", "as Keras", *(f"arena, {kernels}" for kernels in KERNELS)):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_row("Keras", "", f"{100 * report.keras_accuracy:.2f} %")
    for dtype, entry in report.types.items():
        sizes = (entry.arena[kernels] for kernels in KERNELS)
        table.add_row(
            dtype,
            f"{entry.file_bytes:,}",
            f"{100 * entry.accuracy:.2f} %",
            f"{100 * entry.same_class:.2f} %",
            *(f"{size.measured:,} ({size.predicted:,})" for size in sizes),
        )
    Console().print(table)
    echo(
        f"bytes; accuracy on {report.images:,} images of {report.dataset} ({report.split}); "
        "arenas measured (predicted), one thread, no delegates"
    )
    if set(report.types) - {"int8"}:
        echo(
            "float32 and float16 files are for LiteRT alone: they begin with a CAST of uint8, "
            "which TensorFlow Lite for Microcontrollers lacks; for it use --format tflm"
        )


def _warn_of_budget(report: LitertReport, target: MemoryTarget) -> None:
    entry = report.types.get(target.dtype)
    if entry is None or target.max_arena is None:
        return
    arena = entry.arena[target.kernels].measured
    if arena > target.max_arena:
        echo(
            f"the {target.dtype} file's arena of {arena:,} bytes is above the search's budget of "
            f"{format_bytes(target.max_arena)}: a search counts the network alone, and the file "
            "takes pixels too",
            err=True,
        )
