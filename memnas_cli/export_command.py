"""`memnas export`: write the winner of a search as a SavedModel or as LiteRT files."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from memnas_cli.interrupts import Interrupts
from memnas_cli.litert_export import export_litert_files, read_types
from memnas_cli.quiet import start_keras
from memnas_cli.winner_files import FOLDER, MODEL_FILE, PREPROCESSING_FILE, read_facts
from memnas_tf.errors import ConfigError, ExportError
from memnas_tf.litert.conversion import TYPES


@click.command()
@click.argument("source", type=click.Path())
@click.option("--to", "directory", required=True, type=click.Path(), help="Model directory.")
@click.option("--version", type=click.IntRange(min=1), help="Version number.  [default: the next]")
@click.option(
    "--format",
    "file_format",
    default="saved-model",
    show_default=True,
    type=click.Choice(["saved-model", "litert"]),
    help="For a model server, or for devices.",
)
@click.option("--types", help=f"LiteRT files to write.  [default: {','.join(TYPES)}]")
@click.option("--dataset", help="For LiteRT, if SOURCE is a file: what it was trained on.")
@click.option("--data-dir", help="Where data sets are kept, for LiteRT.")
def export(
    source: str,
    directory: str,
    version: int | None,
    file_format: str,
    types: str | None,
    dataset: str | None,
    data_dir: str | None,
) -> None:
    """Export the winner of a search, or a trained model, for TF-Serving or for devices.

    SOURCE is a finished search's directory or a model.keras of one. The export is a SavedModel
    in DIRECTORY/VERSION that any program loads without this one's code, with warm-up requests,
    labels and a model card. It is checked as by memnas verify, and appears whole or not at all.

    With --format litert it is a LiteRT file of each type that takes uint8 images, measured on the
    whole test split beside the Keras model.
    """
    model_file = _find_model(Path(source))
    if file_format == "litert":
        export_litert_files(
            Path(source),
            model_file,
            directory,
            version,
            TYPES if types is None else read_types(types),
            dataset,
            data_dir,
        )
        return
    for name, value in (("types", types), ("dataset", dataset), ("data-dir", data_dir)):
        if value is not None:
            raise ConfigError(f"--{name} is for LiteRT files; add --format litert, or leave it out")
    path = _export_saved_model(model_file, directory, version)
    click.echo(f"exported {model_file} to {path}")


def _export_saved_model(model_file: Path, directory: str, version: int | None) -> Path:
    interrupts = Interrupts()
    with Console(stderr=True).status(f"loading {model_file}") as status, interrupts.noted():
        start_keras()
        from memnas_tf.keras_models.loading import load_keras_model
        from memnas_tf.preprocessing import load_preprocessing
        from serving.saved_model import export_saved_model

        preprocessing = load_preprocessing(model_file.parent / PREPROCESSING_FILE)
        facts = read_facts(model_file.parent)
        model = load_keras_model(model_file)

        def on_step(step: str) -> None:
            interrupts.check()
            status.update(step)

        return export_saved_model(model, preprocessing, directory, version, facts, on_step)


def _find_model(source: Path) -> Path:
    if source.is_dir():
        file = source / FOLDER / MODEL_FILE
        if not file.is_file():
            raise ExportError(
                f"{str(source)!r} holds no finished search: {file} is missing; "
                "run the search to its end first"
            )
        return file
    if not source.is_file():
        raise ExportError(f"{str(source)!r} is neither a search's directory nor a model file")
    return source
