"""`memnas export`: write the winner of a search as a SavedModel."""

from __future__ import annotations

import json
from pathlib import Path

import click

from memnas_cli.completion import complete_search
from memnas_cli.quiet import start_keras
from memnas_cli.shapes import COUNT
from memnas_cli.winner_files import FOLDER, MODEL_FILE, PREPROCESSING_FILE
from memnas_tf.errors import ExportError


@click.command(context_settings={"show_default": True})
@click.argument("source", type=click.Path(), shell_complete=complete_search)
@click.option(
    "--to",
    "directory",
    required=True,
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    help="Model directory, which gets a folder for the version.",
)
@click.option("--version", type=COUNT, help="Version number.", show_default="the next")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def export(source: str, directory: str, version: int | None, as_json: bool) -> None:
    """Export the winner of a search, or a trained model, for TF-Serving.

    SOURCE is a finished search's directory or a model.keras of one. The export is a SavedModel
    in FOLDER/VERSION that any program loads without this one's code: signature serving_default
    takes uint8 images, serve_raw takes normalised ones.
    """
    model_file = _find_model(Path(source))
    start_keras()
    import keras

    import memnas_tf.layers  # noqa: F401 - Keras finds the model's layers by it
    from memnas_tf.preprocessing import load_preprocessing
    from serving.saved_model import export_saved_model

    preprocessing = load_preprocessing(model_file.parent / PREPROCESSING_FILE)
    model = keras.models.load_model(model_file)
    path = export_saved_model(model, preprocessing, directory, version)
    if as_json:
        document = {"model": str(model_file), "path": str(path), "version": int(path.name)}
        click.echo(json.dumps(document, indent=1))
    else:
        click.echo(f"exported {model_file} to {path}")


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
