"""One version of an exported model, read piece by piece as checks ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from memnas_tf.documents import decode, parse_json, read_arrays, read_bytes
from memnas_tf.errors import DocumentError
from memnas_tf.preprocessing import Preprocessing
from serving import extras
from serving.contract import SignatureContract, signature_contracts
from serving.label_file import LABELS_FILE, read_labels
from serving.samples import Expected
from serving.verification.check import CheckFailed
from serving.verification.cpp_loader import CppModel
from serving.versions import SAVED_MODEL_FILE

# What TensorFlow adds to every SavedModel, for itself.
_LARGEST_MESSAGE = 1 << 31  # bytes: of any message of Protocol Buffers
_INTERNAL = {"__saved_model_init_op"}


class ExportedVersion:
    """A version's directory.

    Use it in a `with` statement: a process that loads the SavedModel ends with it. Every property
    raises CheckFailed if its file is missing or damaged.

    Args:
        path: The directory.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cpp_model = CppModel(path)

    def __enter__(self) -> ExportedVersion:
        return self

    def __exit__(self, *exception: object) -> None:
        self.cpp_model.close()

    @cached_property
    def signatures(self) -> Mapping[str, Any]:
        """The signatures as TensorFlow's SignatureDef, by name."""
        from google.protobuf.message import DecodeError
        from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

        try:
            content = read_bytes(self.path / SAVED_MODEL_FILE, _LARGEST_MESSAGE)
            model = SavedModel.FromString(content)
        except (OSError, DocumentError, DecodeError) as error:
            raise CheckFailed(f"saved_model.pb cannot be read: {error}") from error
        for graph in model.meta_graphs:
            if "serve" in graph.meta_info_def.tags:
                names = set(graph.signature_def) - _INTERNAL
                return {name: graph.signature_def[name] for name in names}
        raise CheckFailed("saved_model.pb holds no graph with the tag 'serve'")

    @cached_property
    def card(self) -> dict[str, Any]:
        """The model card."""
        try:
            card: dict[str, Any] = decode(dict[str, Any], parse_json(self.extra(extras.CARD_FILE)))
        except ValueError as error:
            raise CheckFailed(f"{extras.CARD_FILE} is damaged: {error}") from error
        return card

    @cached_property
    def preprocessing(self) -> Preprocessing:
        """What the network was trained with, by the model card."""
        try:
            return Preprocessing.from_document(self.card.get("preprocessing"))
        except ValueError as error:
            raise CheckFailed(f"{extras.CARD_FILE} is damaged: {error}") from error

    @cached_property
    def contracts(self) -> Mapping[str, SignatureContract]:
        """The signatures that the version should have."""
        preprocessing = self.preprocessing
        return signature_contracts(preprocessing.input_shape, len(preprocessing.labels))

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels of the file for people and programs."""
        try:
            return read_labels(self.extra(LABELS_FILE).decode())
        except UnicodeDecodeError as error:
            raise CheckFailed(f"{LABELS_FILE} is damaged: {error}") from error

    @cached_property
    def expected(self) -> Expected:
        """What the trained network said of sample images."""
        try:
            arrays = read_arrays(self.path / extras.FOLDER / extras.EXPECTED_FILE)
            return Expected.from_arrays(arrays)
        except OSError as error:
            raise CheckFailed(f"{extras.EXPECTED_FILE} cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise CheckFailed(f"{extras.EXPECTED_FILE} is damaged: {error}") from error

    def extra(self, name: str) -> bytes:
        """Read a file of `assets.extra`."""
        try:
            return read_bytes(self.path / extras.FOLDER / name)
        except DocumentError as error:
            raise CheckFailed(f"{extras.FOLDER}/{name} cannot be read: {error.reason}") from error
        except OSError as error:
            raise CheckFailed(f"{extras.FOLDER}/{name} cannot be read: {error.strerror}") from error
