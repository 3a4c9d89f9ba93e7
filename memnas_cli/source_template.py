"""The size of the network that a search, a training or a trained model tells of."""

from __future__ import annotations

from pathlib import Path

from memnas_cli.winner_files import read_facts
from memnas_tf.template import Template
from memnas_tf.training.directory import is_training, load_plan
from tuner.history import ORACLE_FILE, load_search


def source_template(source: str) -> Template | None:
    """Tell the size of the network that an architecture's source is about.

    Args:
        source: What `memnas_tf.genotype.load_genotype` takes.

    Returns:
        The size; None of what is an architecture alone.

    Raises:
        MemNASError: If a search or a training cannot be read.
    """
    path = Path(source)
    if path.suffix == ".keras":
        return read_facts(path.parent).template
    if is_training(path):
        return load_plan(path).template
    if (path / ORACLE_FILE).exists():
        return load_search(path).settings.template
    return None
