"""The files of a winner's folder, known without loading TensorFlow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from memnas_tf.errors import ExportError
from serving.facts import TrainingFacts, facts_from_document

FOLDER = "best"
DRAWING_FILE = "architecture.png"
GENOTYPE_FILE = "genotype.json"
MODEL_FILE = "model.keras"
PREPROCESSING_FILE = "preprocessing.json"
RESULTS_FILE = "results.json"
SAVED_MODEL_FOLDER = "saved_model"
TEXT_FILE = "architecture.txt"


def read_results(directory: Path, genotype: str) -> dict[str, Any]:
    """Read what was measured of a search's winner.

    Args:
        directory: The search's directory.
        genotype: The winner as a compact string.

    Returns:
        The results; empty if there are none, or none of this winner.
    """
    try:
        text = (directory / FOLDER / RESULTS_FILE).read_text(encoding="utf-8")
        results = json.loads(text)
    except (OSError, ValueError):
        return {}
    if not isinstance(results, dict) or results.get("genotype") != genotype:
        return {}
    return results


def read_facts(folder: Path) -> TrainingFacts:
    """Read what is known of the trained model in a winner's folder.

    Args:
        folder: The folder that holds the model.

    Returns:
        The facts; none without a file of results.

    Raises:
        ExportError: If the file is damaged.
    """
    path = folder / RESULTS_FILE
    if not path.exists():
        return TrainingFacts()
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ExportError(f"cannot read {str(path)!r}: {error}") from error
    if not isinstance(document, dict):
        raise ExportError(f"cannot read {str(path)!r}: it holds no JSON object")
    return facts_from_document(document)
