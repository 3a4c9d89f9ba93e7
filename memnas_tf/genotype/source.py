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


def load_genotype(source: str) -> Genotype:
    """Load an architecture by name, string, file or search directory.

    Args:
        source: A preset's name, a compact string, the path of a JSON file, or the directory of
            a search that has finished a round.

    Returns:
        The genotype.

    Raises:
        GenotypeError: If the source is none of these, or holds no readable architecture.
    """
    if source in PRESETS:
        return PRESETS[source]
    path = Path(source)
    # os.path, as pathlib raises on a compact string that is too long to be a path.
    if os.path.isdir(path):
        return _load_file(path / BEST_FILE, missing="no round of this search has finished")
    if os.path.isfile(path) or path.suffix == ".json":
        return _load_file(path, missing="there is no such file")
    try:
        return from_string(source)
    except GenotypeError as error:
        raise GenotypeError(
            f"{source!r} is no architecture: it is neither a preset ({', '.join(PRESETS)}), nor a "
            f"JSON file, nor a search directory; read as a compact string: {error}"
        ) from error


def _load_file(path: Path, missing: str) -> Genotype:
    if not os.path.isfile(path):
        raise GenotypeError(f"cannot read {str(path)!r}: {missing}")
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except (GenotypeError, OSError, UnicodeDecodeError) as error:
        raise GenotypeError(f"cannot read {str(path)!r}: {error}") from error
