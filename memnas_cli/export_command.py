"""`memnas export`: write the winner of a search as a SavedModel."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from memnas_cli.interrupts import Interrupts
from memnas_cli.quiet import start_keras
from memnas_cli.winner_files import FOLDER, MODEL_FILE, PREPROCESSING_FILE, read_facts
from memnas_tf.errors import ExportError


@click.command()
@click.argument("source", type=click.Path())
@click.option("--to", "directory", required=True, type=click.Path(), help="Model directory.")
@click.option("--version", type=click.IntRange(min=1), help="Version number.  [default: the next]")
def export(source: str, directory: str, version: int | None) -> None:
    """Export the winner of a search, or a trained model, for TF-Serving.

    SOURCE is a finished search's directory or a model.keras of one. The export is a SavedModel
    in DIRECTORY/VERSION that any program loads without this one's code, with warm-up requests,
    labels and a model card. It is checked as by memnas verify, and appears whole or not at all.
    """
    model_file = _find_model(Path(source))
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

        path = export_saved_model(model, preprocessing, directory, version, facts, on_step)
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
