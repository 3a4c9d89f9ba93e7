"""A model card as one HTML page that needs no other file."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from memnas_tf.genotype import from_string
from memnas_tf.memory import format_bytes, network_graph, paper_rows
from serving.facts import TrainingFacts

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.7rem; margin-bottom: 0; }
h2 { font-size: 1.2rem; margin-top: 2rem; border-bottom: 1px solid #ddd; }
.faint { color: #666; margin-top: 0; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .25rem 1.5rem .25rem 0;
  border-bottom: 1px solid #eee; }
th { font-weight: 600; white-space: nowrap; }
code, pre { font: .9em ui-monospace, monospace; }
code { overflow-wrap: anywhere; }
pre { background: #f6f6f6; padding: .75rem; overflow-x: auto; }
.drawing { overflow: auto; max-height: 45rem; border: 1px solid #ddd; }
"""
_META = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
_UNKNOWN = "not recorded"
_DOTS_PER_INCH = 96  # a page's own, so that letters keep their size; what is larger is scrolled


def card_page(card: Mapping[str, Any], pictures: Mapping[str, bytes]) -> str:
    """Write a model card as a page.

    Args:
        card: What `make_card` returned.
        pictures: PNG files by title.

    Returns:
        HTML, pictures included.
    """
    title = card["dataset"] or "image classifier"
    labels = card["preprocessing"]["labels"]
    shape = "x".join(map(str, card["preprocessing"]["input_shape"]))
    fitted = ", the centre of larger ones" if card["preprocessing"]["centre_crop"] else ""
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="faint">{len(labels)} classes, images of {shape}{fitted}, '
        f"exported {escape(card['created'])}</p>",
        _section("Accuracy", _table(_accuracy(card["accuracy"]))),
        _section("Memory, one image", _table(_memory(card["memory"]))),
        _architecture(card["architecture"]),
        *(_section(name, _picture(name, content)) for name, content in pictures.items()),
        _section("Training", _table(_training(card))),
        _section("Signatures", _table(_signatures(card["signatures"]))),
        _section("Classes", f"<p>{', '.join(map(escape, labels))}</p>"),
        _section("Made with", _table(card["libraries"].items())),
    ]
    head = f"{_META}<title>{escape(title)}</title><style>{_STYLE}</style>"
    body = "\n".join(parts)
    return f"<!DOCTYPE html>\n<html lang='en'><head>{head}</head><body>\n{body}\n</body></html>\n"


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
    from memnas_tf.drawing.lifetime_layout import lay_out_lifetimes
    from memnas_tf.drawing.lifetime_plot import paint_lifetimes
    from memnas_tf.drawing.page import lay_out_page
    from memnas_tf.drawing.painting import paint
    from memnas_tf.drawing.picture_file import picture_bytes

    genotype = from_string(facts.genotype)
    drawing = picture_bytes(
        lambda: paint(lay_out_page(genotype, None, None)), ".png", _DOTS_PER_INCH
    )
    pictures = {"Architecture, drawn": drawing}
    if facts.template is not None:
        rows = paper_rows(network_graph(genotype, facts.template))
        subtitle = "the paper's lifetimes: a layer a step, float32, one image"
        pictures["Lifetimes"] = picture_bytes(
            lambda: paint_lifetimes(lay_out_lifetimes(rows, "Intermediate results", subtitle)),
            ".png",
            _DOTS_PER_INCH,
        )
    return pictures


def _section(title: str, content: str) -> str:
    return f"<h2>{escape(title)}</h2>\n{content}"


def _table(rows: Iterable[tuple[str, Any]]) -> str:
    known = ((name, _UNKNOWN if value is None else str(value)) for name, value in rows)
    lines = [f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in known]
    return "<table>\n" + "\n".join(lines) + "\n</table>"


def _picture(name: str, content: bytes) -> str:
    data = base64.b64encode(content).decode()
    return (
        f'<div class="drawing"><img alt="{escape(name)}" src="data:image/png;base64,{data}"></div>'
    )


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


def _architecture(architecture: Mapping[str, Any] | None) -> str:
    if architecture is None:
        return _section("Architecture", f"<p>{_UNKNOWN}</p>")
    code = f"<p><code>{escape(architecture['genotype'])}</code></p>"
    return _section("Architecture", f"{code}\n<pre>{escape(architecture['text'])}</pre>")


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
