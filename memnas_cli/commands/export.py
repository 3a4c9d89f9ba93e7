"""`memnas export`: write a trained network as a SavedModel, or as files for devices."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from memnas_cli.commands.device_export import DeviceExport, export_measured
from memnas_cli.commands.litert_export import export_litert_files, read_types
from memnas_cli.commands.tflm_export import TYPE, export_tflm_files
from memnas_cli.options.completion import complete_trained
from memnas_cli.options.data_folder import check_outside_data
from memnas_cli.options.shapes import COUNT
from memnas_cli.quiet import start_keras
from memnas_cli.views.terminal import Console, echo, echo_json
from memnas_tf.errors import ConfigError
from memnas_tf.interrupts import Interrupts
from memnas_tf.litert.conversion import TYPES
from memnas_tf.preprocessing import PREPROCESSING_FILE
from memnas_tf.training.network_files import find_model, read_facts
from serving.formats import FORMATS, ExportJob, export_network

# How formats that have a table of their own are exported, and the types that there are.
_DEVICES = {"litert": (export_litert_files, TYPES), "tflm": (export_tflm_files, (TYPE,))}


@click.command(context_settings={"show_default": True})
@click.argument("source", type=click.Path(), shell_complete=complete_trained)
@click.option(
    "--to",
    "directory",
    required=True,
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    help="Model directory, which gets a folder for the version.",
)
@click.option("--version", type=COUNT, help="Version number.", show_default="the next")
@click.option(
    "--format",
    "file_format",
    default="saved-model",
    type=click.Choice(list(FORMATS)),
    help="For a model server, for devices, or for microcontrollers.",
)
@click.option("--types", help="LiteRT files to write.", show_default=",".join(TYPES))
@click.option("--dataset", help="For devices, where SOURCE does not tell: what it was trained on.")
@click.option("--data-dir", help="Where data sets are kept, for devices.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def export(
    source: str,
    directory: str,
    version: int | None,
    file_format: str,
    types: str | None,
    dataset: str | None,
    data_dir: str | None,
    as_json: bool,
) -> None:
    """Export the winner of a search, or a trained model, for TF-Serving or for devices.

    SOURCE is the directory of a finished search or training, or a model.keras of one. The export
    is a SavedModel in FOLDER/VERSION that any program loads without this one's code, with warm-up
    requests, labels and a model card. It is checked as by memnas verify, and appears whole or not
    at all.

    With --format litert it is a LiteRT file of each type that takes uint8 images, measured on the
    whole test split beside the Keras model; report.json holds what is printed.

    With --format tflm it is an int8 file for TensorFlow Lite for Microcontrollers, stripped and
    with its memory planned, and the same as C++ with an example. It is run in the real interpreter
    in exactly the arena that it names, on the whole test split; card.json holds what is printed.
    """
    model_file = find_model(Path(source))
    check_outside_data(directory, source, "--to")
    if FORMATS[file_format].takes_images:
        if as_json:
            raise ConfigError(
                "--json is for SavedModels; an export for devices writes a report.json or card.json"
            )
        measured = partial(export_measured, file_format)
        export_files, known = _DEVICES.get(file_format, (measured, ()))
        chosen = known if types is None else read_types(types)
        where = (Path(source), model_file, directory, version)
        path = export_files(DeviceExport(*where, chosen, dataset, data_dir))
        echo(f"exported {model_file} to {path}")
        return
    for name, value in (("types", types), ("dataset", dataset), ("data-dir", data_dir)):
        if value is not None:
            raise ConfigError(
                f"--{name} is for devices; add --format litert or tflm, or leave it out"
            )
    path = _export_unmeasured(file_format, model_file, directory, version)
    if as_json:
        document = {"model": str(model_file), "path": str(path), "version": int(path.name)}
        echo_json(document)
    else:
        echo(f"exported {model_file} to {path}")


def _export_unmeasured(
    file_format: str, model_file: Path, directory: str, version: int | None
) -> Path:
    interrupts = Interrupts()
    with Console(stderr=True).status(f"loading {model_file}") as status, interrupts.noted():
        start_keras()
        from memnas_tf.keras_models.loading import load_keras_model
        from memnas_tf.preprocessing import load_preprocessing

        preprocessing = load_preprocessing(model_file.parent / PREPROCESSING_FILE)
        facts = read_facts(model_file.parent)
        model = load_keras_model(model_file)

        def on_progress(what: str, done: int, total: int) -> None:
            interrupts.check()
            status.update(what)

        job = ExportJob(model, preprocessing, directory, None, version, facts, on_progress)
        return export_network(file_format, job).path
