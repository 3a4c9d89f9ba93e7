"""An architecture from wherever a user has it."""

from __future__ import annotations

import os
from pathlib import Path

from memnas_tf.errors import GenotypeError
from memnas_tf.genotype.genotype import Genotype
from memnas_tf.genotype.json_format import from_json
from memnas_tf.genotype.notation import from_string
from memnas_tf.genotype.presets import PRESETS

BEST_FILE = "best.json"
GENOTYPE_FILE = "genotype.json"


def load_genotype(source: str) -> Genotype:
    """Load an architecture by name, string, file or search directory.

    Args:
        source: A preset's name, a compact string, the path of a JSON file, the directory of a
            search that has finished a round or of a training, or a trained model.keras in one.

    Returns:
        The genotype.

    Raises:
        GenotypeError: If the source is none of these, or holds no readable architecture.
    """
    if source in PRESETS:
        return PRESETS[source]
    path = Path(source)
    # os.path, as pathlib raises on a compact string that is too long to be a path.
    if os.path.isfile(path) and path.suffix == ".keras":
        return _load_file(path.with_name(GENOTYPE_FILE), missing="the model has none beside it")
    if os.path.isdir(path):
        if os.path.isfile(path / GENOTYPE_FILE):
            return _load_file(path / GENOTYPE_FILE, missing="it was deleted")
        return _load_file(path / BEST_FILE, missing="no round of a search has finished there")
    if os.path.isfile(path) or path.suffix == ".json":
        return _load_file(path, missing="there is no such file")
    try:
        return from_string(source)
    except GenotypeError as error:
        raise GenotypeError(
            f"{source!r} is no architecture: it is neither a preset ({', '.join(PRESETS)}), nor a "
            "JSON file, nor the directory of a search or a training; read as a compact string: "
            f"{error}"
        ) from error


def _load_file(path: Path, missing: str) -> Genotype:
    if not os.path.isfile(path):
        raise GenotypeError(f"cannot read {str(path)!r}: {missing}")
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except (GenotypeError, OSError, UnicodeDecodeError) as error:
        raise GenotypeError(f"cannot read {str(path)!r}: {error}") from error
