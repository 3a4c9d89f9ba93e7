"""An architecture from wherever a user has it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from memnas_tf.documents import read_text
from memnas_tf.errors import DocumentError, GenotypeError, MissingDocumentError
from memnas_tf.genotype.genotype import Genotype
from memnas_tf.genotype.json_format import from_json
from memnas_tf.genotype.notation import from_string
from memnas_tf.genotype.presets import PRESETS

BEST_FILE = "best.json"
GENOTYPE_FILE = "genotype.json"
_KINDS = (
    f"give a preset ({', '.join(PRESETS)}), a compact string such as 5x0d3+0f7=, a JSON file of an "
    "architecture, or the directory of a search or a training"
)
# Cells and their signs: what is meant for a compact string, whether it is one or not.
_LIKE_NOTATION = re.compile(r"[0-9a-z+:=,/@\s]*[0-9][a-z][a-z0-9][+:][0-9a-z+:=,/@\s]*|[0-9x,/]*")


def load_genotype(text: str) -> Genotype:
    """Load an architecture by name, string, file or search directory.

    Args:
        text: A preset's name, a compact string, the path of a JSON file, the directory of a
            search that has finished a round or of a training, or a trained model.keras in one.

    Returns:
        The genotype.

    Raises:
        GenotypeError: If it is none of these, or holds no readable architecture.
    """
    if text in PRESETS:
        return PRESETS[text]
    path = Path(text)
    # os.path, as pathlib raises on a compact string that is too long to be a path.
    if path.suffix == ".keras" and os.path.exists(path):
        return _load_file(path.with_name(GENOTYPE_FILE), missing="the model has none beside it")
    if os.path.isdir(path):
        if os.path.isfile(path / GENOTYPE_FILE):
            return _load_file(path / GENOTYPE_FILE, missing="it was deleted")
        return _load_file(path / BEST_FILE, missing="no round of a search has finished there")
    if os.path.exists(path) or path.suffix == ".json":
        return _load_file(path, missing="there is no such file")
    try:
        return from_string(text)
    except GenotypeError as error:
        if not _LIKE_NOTATION.fullmatch(text):
            raise GenotypeError(
                f"{text!r} is no architecture: there is no such file or directory; {_KINDS}"
            ) from error
        raise GenotypeError(
            f"{text!r} is no architecture: it is neither a preset ({', '.join(PRESETS)}), nor a "
            "JSON file, nor the directory of a search or a training; read as a compact string: "
            f"{error}"
        ) from error


def _load_file(path: Path, missing: str) -> Genotype:
    try:
        return from_json(read_text(path))
    except MissingDocumentError as error:
        raise GenotypeError(f"cannot read {str(path)!r}: {missing}") from error
    except DocumentError as error:
        raise GenotypeError(f"{error}; {_KINDS}") from error
    except (GenotypeError, OSError) as error:
        raise GenotypeError(f"cannot read {str(path)!r}: {error}; {_KINDS}") from error
