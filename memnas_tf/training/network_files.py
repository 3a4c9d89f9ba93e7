"""The files of a trained network's folder, known without loading TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from memnas_tf.documents import read_document
from memnas_tf.errors import DocumentError, ExportError, MissingDocumentError
from memnas_tf.training.directory import is_training
from memnas_tf.training.facts import TrainingFacts, facts_from_document

FOLDER = "best"  # of a search's directory; a training's directory is such a folder itself
DRAWING_FILE = "architecture.png"
MODEL_FILE = "model.keras"
RESULTS_FILE = "results.json"
SAVED_MODEL_FOLDER = "saved_model"
TEXT_FILE = "architecture.txt"


def read_results(folder: Path, genotype: str) -> dict[str, Any]:
    """Read what was measured of a trained network.

    Args:
        folder: The folder that holds the network.
        genotype: The network as a compact string.

    Returns:
        The results; empty if there are none, or none of this network.
    """
    try:
        results = read_document(folder / RESULTS_FILE)
        facts = facts_from_document(results)
    except (DocumentError, ExportError):
        return {}
    return results if facts.genotype == genotype else {}


def read_facts(folder: Path) -> TrainingFacts:
    """Read what is known of the trained model in a folder.

    Args:
        folder: The folder that holds the model.

    Returns:
        The facts; none without a file of results.

    Raises:
        ExportError: If the file is damaged.
    """
    try:
        return facts_from_document(read_document(folder / RESULTS_FILE))
    except MissingDocumentError:
        return TrainingFacts()
    except DocumentError as error:
        raise ExportError(f"{error}; the command that wrote it writes it again") from error


def find_model(source: Path) -> Path:
    """Find the trained model that a user means.

    Args:
        source: The directory of a finished search or training, or a model's file.

    Returns:
        The model's file.

    Raises:
        ExportError: If there is none.
    """
    if source.is_dir():
        kind, file = "search", source / FOLDER / MODEL_FILE
        if is_training(source):
            kind, file = "training", source / MODEL_FILE
        if not file.is_file():
            raise ExportError(
                f"{str(source)!r} holds no finished {kind}: {file} is missing; "
                f"run the {kind} to its end first"
            )
        return file
    if not source.is_file():
        raise ExportError(
            f"{str(source)!r} is neither the directory of a search or a training nor a model file"
        )
    return source
