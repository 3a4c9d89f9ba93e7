"""Which network a folder holds: a search's, a training's, or an export's."""

from __future__ import annotations

from pathlib import Path

from memnas_tf.documents import parse_json, read_text
from memnas_tf.errors import DocumentError, ExportError
from memnas_tf.litert.conversion import TYPES
from memnas_tf.preprocessing import PREPROCESSING_FILE, Preprocessing, load_preprocessing
from memnas_tf.training.network_files import FOLDER, MODEL_FILE
from serving import extras
from serving.local.network import LocalNetwork
from serving.local.runtimes import (
    keras_runtime,
    litert_runtime,
    saved_model_runtime,
    tflm_runtime,
)
from serving.tflm.card import RUNTIME
from serving.tflm.export import CARD_FILE
from serving.tflm.export import MODEL_FILE as TFLM_FILE
from serving.versions import SAVED_MODEL_FILE, version_folders

_LITERT_FILES = (TFLM_FILE, *(f"model_{dtype}.tflite" for dtype in reversed(TYPES)))
_WORD = "64"  # bits, of the machine that tflite-micro runs on


def open_network(source: str | Path) -> LocalNetwork:
    """Open the network of a search, a training or an export.

    Args:
        source: A search's or a training's directory; an export's, or one version of it, of any
            format; or a `.tflite` file in one. Of an export the highest version counts, and of
            several LiteRT files int8.

    Returns:
        The network.

    Raises:
        DataError: If what it was trained with cannot be read.
        ExportError: If there is no network there, or it cannot be loaded.
        ModelError: If a Keras model cannot be loaded.
    """
    path = Path(source)
    if path.suffix == ".tflite":
        return _litert(path)
    for folder in (path, *reversed(version_folders(path).values()), path / FOLDER):
        if (folder / SAVED_MODEL_FILE).is_file():
            preprocessing = _on_card(folder / extras.FOLDER / extras.CARD_FILE)
            return LocalNetwork(folder, "TensorFlow", preprocessing, saved_model_runtime(folder))
        for name in _LITERT_FILES:
            if (folder / name).is_file():
                return _litert(folder / name)
        file = folder / MODEL_FILE
        if file.is_file():
            preprocessing = load_preprocessing(folder / PREPROCESSING_FILE)
            run = keras_runtime(file, preprocessing)
            return LocalNetwork(file, "Keras", preprocessing, run)
    raise ExportError(
        f"{str(source)!r} holds no network; name the directory of a finished search or training, "
        "or of an export"
    )


def _litert(file: Path) -> LocalNetwork:
    if not file.is_file():
        raise ExportError(f"{str(file)!r} is no file; name a LiteRT model of an export")
    preprocessing = load_preprocessing(file.parent / PREPROCESSING_FILE)
    if (file.parent / CARD_FILE).is_file():
        run = tflm_runtime(file, _arena_size(file.parent / CARD_FILE))
        return LocalNetwork(file, RUNTIME, preprocessing, run)
    return LocalNetwork(file, "LiteRT", preprocessing, litert_runtime(file))


def _on_card(card: Path) -> Preprocessing:
    try:
        return Preprocessing.from_document(parse_json(read_text(card)).get("preprocessing"))
    except (AttributeError, DocumentError, OSError, ValueError) as error:
        raise ExportError(
            f"the preprocessing in {str(card)!r} cannot be read: {error}; export the model again"
        ) from error


def _arena_size(card: Path) -> int:
    try:
        size = parse_json(read_text(card))["ram"][_WORD]["smallest_arena"]
    except (DocumentError, OSError, KeyError, TypeError, ValueError) as error:
        raise ExportError(f"{str(card)!r} cannot be read: {error}") from error
    if not isinstance(size, int):
        raise ExportError(f"{str(card)!r} names an arena of {size!r} bytes")
    return size
