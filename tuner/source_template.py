"""The size of a network: what its source tells of it, and what a training makes of that."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from memnas_tf.preset_templates import PRESET_TEMPLATES
from memnas_tf.template import Template, cifar_template, imagenet_template, spread_widths
from memnas_tf.training.directory import is_training, load_plan
from memnas_tf.training.network_files import read_facts
from tuner.history import ORACLE_FILE, load_search

_INPUT_SHAPE, _CLASSES = (32, 32, 3), 10
TEMPLATES = {"cifar": cifar_template, "imagenet": imagenet_template}


def source_template(source: str) -> Template | None:
    """Tell the size of the network that an architecture's source is about.

    Args:
        source: What `memnas_tf.genotype.load_genotype` takes.

    Returns:
        The size; None of what is an architecture alone.

    Raises:
        MemNASError: If a search or a training cannot be read.
    """
    if source in PRESET_TEMPLATES:
        return PRESET_TEMPLATES[source]
    path = Path(source)
    folder = path.parent if path.suffix == ".keras" else path
    if is_training(folder):
        return load_plan(folder).template
    if os.path.exists(folder / ORACLE_FILE):
        return load_search(folder).settings.template
    return read_facts(folder).template


def sized_template(
    source: str,
    input_shape: tuple[int, int, int] | None,
    classes: int | None,
    filters: tuple[int, ...] | None,
    blocks: int | None,
) -> Template:
    """Size a network to look at: as its source tells, where nothing else is asked for.

    Args:
        source: What `memnas_tf.genotype.load_genotype` takes.
        input_shape: Height, width and channels of an image; None for the source's or CIFAR-10's.
        classes: The number of classes; None likewise.
        filters: As for `make_template`.
        blocks: As for `make_template`.

    Returns:
        The template.

    Raises:
        MemNASError: If the source cannot be read, or a number is out of range.
    """
    known = source_template(source)
    if known and (input_shape, classes, filters, blocks) == (None,) * 4:
        return known
    shape = input_shape or (known.input_shape if known else _INPUT_SHAPE)
    count = classes or (known.classes if known else _CLASSES)
    return make_template(source, shape, count, None, filters, blocks)[1]


def make_template(
    source: str,
    input_shape: tuple[int, int, int],
    classes: int,
    kind: str | None,
    filters: tuple[int, ...] | None,
    blocks: int | None,
) -> tuple[str, Template]:
    """Size a network for a data set: as its source tells, where nothing else is asked for.

    Args:
        source: What `memnas_tf.genotype.load_genotype` takes.
        input_shape: Height, width and channels of an image.
        classes: The number of classes.
        kind: One of `TEMPLATES`; None for the source's, which is "cifar" where it has none.
        filters: Output channels of every operation, or of those of each part of the network; None
            for the source's if that is of the same kind, or else the template's default.
        blocks: The number of blocks; None as for filters.

    Returns:
        The kind and the template.

    Raises:
        MemNASError: If the source cannot be read, or a number is out of range.
    """
    known = source_template(source)
    known_kind = "imagenet" if known and known.stem else "cifar"
    kind = kind or known_kind
    asked = {"filters": filters, "blocks": blocks}
    size: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    if known and kind == known_kind:
        count = blocks or known.blocks
        size = {"filters": spread_widths(known.filters, count), "blocks": count, **size}
    return kind, TEMPLATES[kind](input_shape, classes, **size)
