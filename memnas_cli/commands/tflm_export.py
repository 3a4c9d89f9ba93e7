"""`memnas export --format tflm`: a file for microcontrollers and C++ around it, as a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table

from memnas_cli.commands.device_export import DeviceExport, export_for_devices
from memnas_cli.views.terminal import Console, echo
from memnas_tf.errors import ConfigError
from memnas_tf.litert.interpreter import check_installed, require_interpreter
from memnas_tf.litert.micro_interpreter import check_micro_installed, require_micro_interpreter
from serving.formats import ExportJob

if TYPE_CHECKING:
    from serving.tflm.card import TflmCard
    from serving.tflm.export import TflmExport

TYPE = "int8"


def export_tflm_files(asked: DeviceExport) -> Path:
    """Export a model for microcontrollers with progress, and print what came of it.

    Args:
        asked: What is exported, and where to; "int8" is the only type of files.

    Returns:
        The version's directory.

    Raises:
        MemNASError: As `serving.tflm.export.export_tflm`, if another type is wanted, or if it is
            not known which data set the model was trained on.
    """
    for dtype in asked.types:
        if dtype != TYPE:
            raise ConfigError(
                f"{dtype} files are not exported for microcontrollers: they begin with a CAST of "
                "the pixels, which TensorFlow Lite for Microcontrollers does not have for uint8; "
                "leave --types out for int8, or add --format litert"
            )
    check_micro_installed()
    check_installed()

    def require() -> None:
        require_interpreter()
        require_micro_interpreter()

    def run(job: ExportJob) -> TflmExport:
        from serving.tflm.export import export_tflm

        what = (job.network, job.preprocessing, job.images)
        return export_tflm(*what, job.directory, job.version, job.on_progress)

    exported, _ = export_for_devices(asked, require, run)
    _print(exported.card)
    return exported.path


def _print(card: TflmCard) -> None:
    table = Table("bytes", box=SIMPLE_HEAD, pad_edge=False)
    for name in ("32-bit device", "64-bit, checked"):
        table.add_column(name, justify="right", no_wrap=True)
    device, wheel = card.ram["32"], card.ram["64"]
    for name in ("smallest_arena", "used", "tensors", "smallest_arena_before"):
        sizes = (f"{getattr(ram, name):,}" for ram in (device, wheel))
        table.add_row(name.replace("_", " "), *sizes)
    table.add_row("flash", f"{card.flash_bytes:,}", "")
    table.add_row("flash before", f"{card.flash_bytes_before:,}", "")
    Console().print(table)
    kinds = ", ".join(card.operations)
    echo(f"{sum(card.operations.values())} operations of {len(card.operations)} kinds: {kinds}")
    accuracy, answers = card.accuracy, card.answers
    for name, share in (
        ("Keras, float32", accuracy.keras),
        ("TensorFlow Lite for Microcontrollers", accuracy.tflm),
        ("LiteRT, reference kernels", accuracy.litert_reference),
        ("LiteRT, XNNPACK", accuracy.litert_xnnpack),
    ):
        echo(f"  {name:<38}{100 * share:.2f} %")
    echo(
        f"accuracy on {answers.images:,} images of {card.dataset} ({card.split}); "
        f"{answers.equal:,} answers equal LiteRT's reference kernels in every byte, and none "
        f"differs by more than {answers.largest_difference} of 255"
    )
