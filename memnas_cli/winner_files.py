"""The files of a winner's folder, known without loading TensorFlow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

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
