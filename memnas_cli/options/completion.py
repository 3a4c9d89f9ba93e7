"""What the shell completes: data sets, presets, searches, trainings. Click does the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from memnas_tf.genotype import PRESETS
from memnas_tf.training.directory import PLAN_FILE
from tuner.history import ORACLE_FILE

_FOLDERS_DEEP = 2  # searches/digits


def complete_dataset(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete the name of a data set, or a path.

    Args:
        context: The command.
        parameter: Its parameter.
        incomplete: What is typed so far.

    Returns:
        What it can become.
    """
    from memnas_tf.data.image_folder import known_datasets

    names = [name for name in known_datasets() if name.startswith(incomplete)]
    # Click takes a folder to mean: complete paths as the shell does.
    return [CompletionItem(name) for name in names] or [CompletionItem(incomplete, type="dir")]


def _directory_of(
    *files: str,
) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """Complete a directory that holds one of some files, or else any."""

    def complete(
        context: click.Context, parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        found = [CompletionItem(path) for path in _directories(incomplete, *files)]
        return found or [CompletionItem(incomplete, type="dir")]

    return complete


complete_search = _directory_of(ORACLE_FILE)
complete_trained = _directory_of(ORACLE_FILE, PLAN_FILE)


def complete_source(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete an architecture: a preset, the directory of a search or a training, or else a file.

    Args:
        context: The command.
        parameter: Its parameter.
        incomplete: What is typed so far.

    Returns:
        What it can become.
    """
    presets = [name for name in PRESETS if name.startswith(incomplete)]
    directories = _directories(incomplete, ORACLE_FILE, PLAN_FILE)
    found = [CompletionItem(name) for name in (*presets, *directories)]
    return found or [CompletionItem(incomplete, type="file")]


def _directories(incomplete: str, *files: str) -> list[str]:
    folder = Path(f"{incomplete}*").parent  # so that a slash at the end opens a folder
    try:
        paths = [
            path.parent.as_posix()
            for file in files
            for depth in range(_FOLDERS_DEEP + 1)
            for path in sorted(folder.glob("*/" * depth + file))
        ]
    except OSError:
        return []
    return [path for path in paths if path.startswith(incomplete)]
