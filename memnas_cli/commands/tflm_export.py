"""`memnas export --format tflm`: a file for microcontrollers and C++ around it, as a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table

from memnas_cli.commands.device_export import export_for_devices
from memnas_cli.views.terminal import Console, echo
from memnas_tf.errors import ConfigError
from memnas_tf.litert.interpreter import check_installed, require_interpreter
from memnas_tf.litert.micro_interpreter import check_micro_installed, require_micro_interpreter

if TYPE_CHECKING:
    import keras

    from memnas_tf.data.dataset import ImageDataset
    from memnas_tf.preprocessing import Preprocessing
    from serving.litert.export import OnProgress
    from serving.tflm.card import TflmCard
    from serving.tflm.export import TflmExport

TYPE = "int8"


def export_tflm_files(
    source: Path,
    model_file: Path,
    directory: str,
    version: int | None,
    types: tuple[str, ...],
    dataset: str | None,
    data_dir: str | None,
) -> None:
    """Export a model for microcontrollers with progress, and print what came of it.

    Args:
        source: The directory of a finished search or training, or the model's file.
        model_file: The trained model; its preprocessing lies beside it.
        directory: The model directory.
        version: The version's number; None for the next.
        types: The types of files; "int8" is the only one that there is.
        dataset: The data set of a model that no search and no training tells of.
        data_dir: Where data sets are kept; None for the default.

    Raises:
        MemNASError: As `serving.tflm.export.export_tflm`, if another type is wanted, or if it is
            not known which data set the model was trained on.
    """
    for dtype in types:
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

    def run(
        model: keras.Model,
        preprocessing: Preprocessing,
        data: ImageDataset,
        on_progress: OnProgress,
    ) -> TflmExport:
        from serving.tflm.export import export_tflm

        return export_tflm(model, preprocessing, data, directory, version, on_progress)

    exported, _ = export_for_devices(source, model_file, directory, dataset, data_dir, require, run)
    _print(exported.card)
    echo(f"exported {model_file} to {exported.path}")


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
