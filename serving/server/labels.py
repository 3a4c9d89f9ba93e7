"""Labels on the versions of a running server: promotion, and the way back.

The server holds two rules (server_core.cc of TensorFlow Serving). It refuses a whole new
`models.config` in which a label has moved to a version that is not loaded yet, and with it the
line that would load the version. And it unloads a version as soon as the file no longer names it.
So a label moves in two writes, the first of which loads the version, and the version that a label
would go back to stays loaded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from google.protobuf import text_format
from tensorflow_serving.config.model_server_config_pb2 import ModelConfig, ModelServerConfig

from memnas_tf.errors import ServingError
from serving.files import write_whole
from serving.server.model_directory import check_version, complete_versions
from serving.server.models_config import (
    find_model,
    load_specific,
    read_config,
    set_labels,
    specific_versions,
    write_config,
)

HISTORY_FILE = "label_history.json"
_LABEL = re.compile(r"[A-Za-z0-9_.-]+")

# For each label the versions that it was on before, the latest of them last.
History = dict[str, list[int]]


@dataclass(frozen=True)
class LabelMove:
    """A label's move from one version to another.

    Attributes:
        label: The label.
        before: The version that it was on; None if the label is new.
        after: The version that it is on.
    """

    label: str
    before: int | None
    after: int


class Labels:
    """The labels of one model, as `models.config` and a history beside it have them.

    Args:
        folder: The folder of `models.config`.
        directory: The model directory.
        model: The model's name.
        wait_for: Is called with a version's number once `models.config` names the version, and
            returns when the server has loaded it, if there is a server.
    """

    def __init__(
        self, folder: Path, directory: Path, model: str, wait_for: Callable[[int], None]
    ) -> None:
        self._folder = folder
        self._directory = directory
        self._name = model
        self._wait_for = wait_for

    def promote(self, label: str, version: int) -> LabelMove:
        """Move a label to a version, or put a new label on it.

        Args:
            label: The label.
            version: The version's number.

        Returns:
            The move.

        Raises:
            ServingError: If the version is not there or incomplete, the configuration cannot be
                read or loads no chosen versions, or the server does not load the version; the
                label then stays where it was.
        """
        check_label(label)
        config, model = self._read()
        before = model.version_labels.get(label)
        history = read_history(self._folder)
        if before not in (None, version):
            history.setdefault(label, []).append(before)
        return self._move(config, model, LabelMove(label, before, version), history)

    def roll_back(self, label: str) -> LabelMove:
        """Move a label to the version that it was on before, or else to the next lower one.

        Args:
            label: The label.

        Returns:
            The move.

        Raises:
            ServingError: If there is no such label, there is no version to go back to, or for
                the reasons of `promote`.
        """
        config, model = self._read()
        if label not in model.version_labels:
            raise ServingError(
                f"{self._name!r} has no label {label!r}; its labels: "
                f"{', '.join(map(repr, sorted(model.version_labels))) or 'none'}"
            )
        current = model.version_labels[label]
        history = read_history(self._folder)
        past = history.get(label, [])
        there = complete_versions(self._directory)
        while past:
            version = past.pop()
            if version != current and version in there:
                return self._move(config, model, LabelMove(label, current, version), history)
        lower = [version for version in there if version < current]
        if not lower:
            raise ServingError(
                f"label {label!r} is on version {current}, and {str(self._directory)!r} has no "
                "complete version below it to go back to"
            )
        return self._move(config, model, LabelMove(label, current, lower[-1]), history)

    def _read(self) -> tuple[ModelServerConfig, ModelConfig]:
        config = read_config(self._folder)
        model = find_model(config, self._name)
        if specific_versions(model) is None:
            raise ServingError(
                f"{self._name!r} loads its latest versions, so the next export could unload one "
                "with a label; write its configuration with memnas serve-config and without "
                "--latest"
            )
        return config, model

    def _move(
        self, config: ModelServerConfig, model: ModelConfig, move: LabelMove, history: History
    ) -> LabelMove:
        check_version(self._directory, move.after)
        self._load(config, model, move.after)
        labels = {**model.version_labels, move.label: move.after}
        # The history first: should this stop in between, it only repeats where the label is.
        write_history(self._folder, history)
        set_labels(model, labels)
        load_specific(model, versions_to_load(labels, history))
        write_config(self._folder, config)
        return move

    def _load(self, config: ModelServerConfig, model: ModelConfig, version: int) -> None:
        loaded = specific_versions(model) or frozenset()
        if version not in loaded:
            before = text_format.Parse(text_format.MessageToString(config), ModelServerConfig())
            load_specific(model, loaded | {version})
            write_config(self._folder, config)
        try:
            self._wait_for(version)
        except BaseException:  # Ctrl-C too
            if version not in loaded:
                write_config(self._folder, before)
            raise


def versions_to_load(labels: dict[str, int], history: History) -> set[int]:
    """Choose what a server loads: what has a label, and what a label would go back to.

    Args:
        labels: The version of each label.
        history: The versions that labels were on before.

    Returns:
        The versions.
    """
    return {*labels.values(), *(history[label][-1] for label in labels if history.get(label))}


def check_label(label: str) -> None:
    """Refuse a label that cannot stand in a request's address.

    Args:
        label: The label.

    Raises:
        ServingError: If it is none.
    """
    if not _LABEL.fullmatch(label):
        raise ServingError(
            f"{label!r} is no label; use letters, digits, '_', '-' and '.', such as 'stable'"
        )


def read_history(folder: Path) -> History:
    """Read where labels were before.

    Args:
        folder: The folder of `models.config`.

    Returns:
        The versions of each label; nothing if there is no history.

    Raises:
        ServingError: If the file is damaged.
    """
    path = folder / HISTORY_FILE
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return {str(label): [int(version) for version in past] for label, past in document.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ServingError(
            f"cannot read {str(path)!r}: {error}; delete it, and a rollback goes to the next "
            "lower version"
        ) from error


def write_history(folder: Path, history: History) -> None:
    """Write where labels were before.

    Args:
        folder: The folder of `models.config`.
        history: The versions of each label.
    """
    kept = {label: past for label, past in sorted(history.items()) if past}
    write_whole(folder / HISTORY_FILE, json.dumps(kept, indent=1) + "\n")
