"""All files that a server needs beside its models, in one folder."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from memnas_tf.errors import ServingError
from memnas_tf.files import write_text
from serving.server.command import ServerSettings
from serving.server.complete_versions import check_version
from serving.server.compose import COMPOSE_FILE, CONTAINER_MODELS, compose_text
from serving.server.label_history import HISTORY_FILE
from serving.server.labels import check_label
from serving.server.models_config import (
    MODELS_CONFIG,
    find_model,
    load_latest,
    load_specific,
    new_config,
    set_labels,
    write_config,
)
from serving.server.parameters import (
    BATCHING_CONFIG,
    MONITORING_CONFIG,
    MONITORING_TEXT,
    batching_text,
)

_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_NAMES = (MODELS_CONFIG, BATCHING_CONFIG, MONITORING_CONFIG, COMPOSE_FILE, HISTORY_FILE)


@dataclass(frozen=True)
class ServedModel:
    """What is served.

    Attributes:
        name: The name that clients ask for.
        directory: The model directory.
        labels: The version of each label; these versions are loaded.
        latest: How many of the highest versions are loaded instead, without labels.
    """

    name: str
    directory: Path
    labels: Mapping[str, int]
    latest: int | None = None


@dataclass(frozen=True)
class Batching:
    """How the server gathers requests into batches.

    Attributes:
        max_batch_size: The most images in a batch; a larger request is refused.
        timeout_micros: How long a request waits for others, in microseconds.
        max_enqueued_batches: How many batches may wait; what comes then is refused.
    """

    max_batch_size: int = 64
    timeout_micros: int = 1000
    max_enqueued_batches: int = 100


def default_folder(directory: Path) -> Path:
    """Choose the folder of a configuration: beside the model directory.

    Args:
        directory: The model directory.

    Returns:
        The folder.
    """
    if directory.name in ("", ".."):  # such as ".", which has no name to go by
        directory = directory.resolve()
    return directory.with_name(f"{directory.name}.serving")


def write_configuration(
    folder: Path,
    model: ServedModel,
    settings: ServerSettings,
    batching: Batching,
    image: str | None,
    overwrite: bool = False,
) -> list[Path]:
    """Write a server's configuration.

    Args:
        folder: Where the files go.
        model: What is served.
        settings: Ports and times.
        batching: How requests are gathered.
        image: The server's image, for a Compose file and paths as a container sees them; None
            for a server on this machine.
        overwrite: Whether to replace a configuration that is there, and its history of labels.

    Returns:
        The files.

    Raises:
        ServingError: If the folder holds a configuration already, or files of somebody else with
            the names of ours, a name cannot be used, or a version is not there or incomplete.
    """
    _check(folder, model, overwrite)
    base_path = model.directory.resolve() if image is None else CONTAINER_MODELS / model.name
    texts = {
        MONITORING_CONFIG: MONITORING_TEXT,  # first: by it the folder is known for ours
        BATCHING_CONFIG: batching_text(
            batching.max_batch_size, batching.timeout_micros, batching.max_enqueued_batches
        ),
    }
    if image is not None:
        texts[COMPOSE_FILE] = compose_text(model.name, model.directory, folder, image, settings)
    for name in (HISTORY_FILE, COMPOSE_FILE):
        (folder / name).unlink(missing_ok=True)
    for name, text in texts.items():
        write_text(folder / name, text)
    config = new_config(model.name, str(base_path))
    entry = find_model(config, model.name)
    if model.latest is not None:
        load_latest(entry, model.latest)
    else:
        load_specific(entry, model.labels.values())
        set_labels(entry, model.labels)
    write_config(folder, config)  # last: with it the configuration is whole
    return [folder / name for name in (MODELS_CONFIG, *texts)]


def _check(folder: Path, model: ServedModel, overwrite: bool) -> None:
    if not _NAME.fullmatch(model.name):
        raise ServingError(
            f"{model.name!r} is no name for a model in a request's address; use letters, digits, "
            "'_', '-' and '.'"
        )
    if folder.exists() and not folder.is_dir():
        raise ServingError(f"{str(folder)!r} is a file; name a folder")
    _check_ours(folder)
    if (folder / MODELS_CONFIG).exists() and not overwrite:
        raise ServingError(
            f"{str(folder)!r} holds a configuration already; move its labels, or write it anew "
            "with overwrite",
            arguments=("overwrite",),
        )
    for label, version in model.labels.items():
        check_label(label)
        check_version(model.directory, version)


def _check_ours(folder: Path) -> None:
    there = [name for name in _NAMES if os.path.lexists(folder / name)]
    monitoring = folder / MONITORING_CONFIG
    if there and not (monitoring.is_file() and monitoring.read_text("utf-8") == MONITORING_TEXT):
        raise ServingError(
            f"{str(folder)!r} holds {there[0]}, and this program did not write it; name another "
            "folder, or move that file away"
        )
