"""`memnas export --format litert`: LiteRT files and what they need and do, as a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table

from memnas_cli.commands.device_export import export_for_devices
from memnas_cli.views.terminal import Console, echo
from memnas_tf.errors import ConfigError
from memnas_tf.litert.conversion import TYPES
from memnas_tf.litert.interpreter import check_installed, require_interpreter
from memnas_tf.memory import MemoryTarget, format_bytes
from memnas_tf.memory.arena_memory import KERNELS
from tuner.search.settings import SearchSettings

if TYPE_CHECKING:
    import keras

    from memnas_tf.data.dataset import ImageDataset
    from memnas_tf.preprocessing import Preprocessing
    from serving.litert.export import LitertExport, OnProgress
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


def export_litert_files(
    source: Path,
    model_file: Path,
    directory: str,
    version: int | None,
    types: tuple[str, ...],
    dataset: str | None,
    data_dir: str | None,
) -> None:
    """Export a model's LiteRT files with progress, and print what came of it.

    Args:
        source: The directory of a finished search or training, or the model's file.
        model_file: The trained model; its preprocessing lies beside it.
        directory: The model directory.
        version: The version's number; None for the next.
        types: The types of files.
        dataset: The data set of a model that no search and no training tells of.
        data_dir: Where data sets are kept; None for the default.

    Raises:
        MemNASError: As `serving.litert.export.export_litert`, or if it is not known which data
            set the model was trained on.
    """
    check_installed()

    def run(
        model: keras.Model,
        preprocessing: Preprocessing,
        data: ImageDataset,
        on_progress: OnProgress,
    ) -> LitertExport:
        from serving.litert.export import export_litert

        return export_litert(model, preprocessing, data, directory, types, version, on_progress)

    exported, settings = export_for_devices(
        source, model_file, directory, dataset, data_dir, require_interpreter, run
    )
    _print(exported.report)
    if isinstance(settings, SearchSettings):
        _warn_of_budget(exported.report, settings.target)
    echo(f"exported {model_file} to {exported.path}")


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
