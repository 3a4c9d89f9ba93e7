"""Labels on the versions of a running server: promotion, and the way back.

The server holds two rules (server_core.cc of TensorFlow Serving). It refuses a whole new
`models.config` in which a label has moved to a version that is not loaded yet, and with it the
line that would load the version. And it unloads a version as soon as the file no longer names it.
So a label moves in two writes, the first of which loads the version, and the version that a label
would go back to stays loaded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from google.protobuf import text_format
from tensorflow_serving.config.model_server_config_pb2 import ModelConfig, ModelServerConfig

from memnas_tf.errors import ServingError
from serving.server.complete_versions import check_version, complete_versions
from serving.server.label_history import (
    History,
    forget_from,
    read_history,
    version_before,
    write_history,
)
from serving.server.models_config import (
    find_model,
    load_specific,
    read_config,
    set_labels,
    specific_versions,
    write_config,
)

_LABEL = re.compile(r"[A-Za-z0-9_.-]+")


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
        there = complete_versions(self._directory)
        lower = [version for version in there if version < current]
        target = version_before(history.get(label, []), current, there) or max(lower, default=None)
        if target is None:
            raise ServingError(
                f"label {label!r} is on version {current}, and {str(self._directory)!r} has no "
                "complete version below it to go back to"
            )
        forget_from(history, label, target)
        return self._move(config, model, LabelMove(label, current, target), history)

    def _read(self) -> tuple[ModelServerConfig, ModelConfig]:
        config = read_config(self._folder)
        model = find_model(config, self._name)
        if specific_versions(model) is None:
            raise ServingError(
                f"{self._name!r} loads its latest versions, so the next export could unload one "
                "with a label; write its configuration without latest",
                arguments=("latest",),
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
        there = complete_versions(self._directory)
        load_specific(model, versions_to_load(labels, history, there))
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


def versions_to_load(
    labels: Mapping[str, int], history: History, there: Collection[int]
) -> set[int]:
    """Choose what a server loads: what has a label, and what a label would go back to.

    Args:
        labels: The version of each label.
        history: The versions that labels were on before.
        there: The versions that can be loaded.

    Returns:
        The versions.
    """
    before = (
        version_before(history.get(label, []), version, there) for label, version in labels.items()
    )
    return {*labels.values(), *(version for version in before if version is not None)}


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
