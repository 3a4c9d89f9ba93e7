"""A model card as one HTML page that needs no other file."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from memnas_tf.genotype import from_string
from memnas_tf.memory import format_bytes, network_graph, paper_rows
from memnas_tf.training.facts import TrainingFacts

_DOTS_PER_INCH = 96  # a page's own, so that letters keep their size; what is larger is scrolled


def card_page(card: Mapping[str, Any], pictures: Mapping[str, bytes]) -> str:
    """Write a model card as a page.

    Args:
        card: What `make_card` returned.
        pictures: PNG files by title.

    Returns:
        HTML, pictures included.
    """
    environment = Environment(
        loader=PackageLoader("serving", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    encoded = [(name, base64.b64encode(content).decode()) for name, content in pictures.items()]
    return environment.get_template("card.html.jinja").render(
        card=card,
        title=card["dataset"] or "image classifier",
        labels=card["preprocessing"]["labels"],
        shape=card["preprocessing"]["input_shape"],
        accuracy=_accuracy(card["accuracy"]),
        memory=_memory(card["memory"]),
        pictures=encoded,
        training=_training(card),
        signatures=_signatures(card["signatures"]),
    )


def draw_pictures(facts: TrainingFacts) -> dict[str, bytes]:
    """Draw a network and the lifetimes of its tensors.

    Args:
        facts: How it came to be.

    Returns:
        PNG files by title; none of what is not known.
    """
    if facts.genotype is None:
        return {}
    # matplotlib takes its time
    from memnas_tf.drawing.lifetime_plot import lifetime_figure
    from memnas_tf.drawing.page import lay_out_page
    from memnas_tf.drawing.painting import paint
    from memnas_tf.drawing.picture_file import picture_bytes

    genotype = from_string(facts.genotype)
    page = lay_out_page(genotype, None, None, template=facts.template)
    drawing = picture_bytes(lambda: paint(page), ".png", _DOTS_PER_INCH)
    pictures = {"Architecture, drawn": drawing}
    if facts.template is not None:
        rows = paper_rows(network_graph(genotype, facts.template))
        subtitle = "the paper's lifetimes: a layer a step, float32, one image"
        pictures["Lifetimes"] = picture_bytes(
            lambda: lifetime_figure(rows, "Intermediate results", subtitle),
            ".png",
            _DOTS_PER_INCH,
        )
    return pictures


def _accuracy(accuracy: Mapping[str, float | None]) -> list[tuple[str, str | None]]:
    return [
        (f"on {name} images", None if value is None else f"{100 * value:.1f} %")
        for name, value in accuracy.items()
    ]


def _memory(memory: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    lifetime = memory["lifetime_bytes"]
    rows = [
        ("parameters, as trained", format_bytes(memory["parameter_bytes"])),
        ("parameters, as served", format_bytes(memory["served_parameter_bytes"])),
        ("intermediate, lifetimes", None if lifetime is None else format_bytes(lifetime)),
    ]
    for dtype, sizes in (memory["arena_bytes"] or {}).items():
        for kernels, size in sizes.items():
            rows.append((f"LiteRT arena, {dtype}, {kernels} kernels", format_bytes(size)))
    return rows


def _training(card: Mapping[str, Any]) -> list[tuple[str, Any]]:
    # None stands for a default there, and the data set has a line of its own.
    training = [
        (name.replace("_", " "), value)
        for name, value in card["training"].items()
        if value is not None and name != "dataset"
    ]
    return [("data set", card["dataset"]), ("seed", card["seed"]), *training]


def _signatures(signatures: Mapping[str, Any]) -> list[tuple[str, str]]:
    def text(tensors: Mapping[str, str]) -> str:
        return ", ".join(f"{name}: {tensor}" for name, tensor in tensors.items())

    return [
        (name, f"{text(entry['inputs'])} → {text(entry['outputs'])}")
        for name, entry in signatures.items()
    ]
