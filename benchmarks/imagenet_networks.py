"""Measure the presets MemNAS-A and MemNAS-B beside MobileNetV2 and the paper's Table 2.

    python -m benchmarks.imagenet_networks --seconds 120

Networks for 224x224x3 images and 1,000 classes. Parameters and lifetimes are counted in the Keras
models, for one image in float32. The arena is what the LiteRT interpreter allocates with its
reference kernels. Latency is that of float32 LiteRT files with uint8 pixels, run by the
interpreter's default (XNNPACK) on one thread, one image at a time; weights and moments are random.
The networks take turns in random order; the ratio is to MobileNetV2 in the same turn.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from benchmarks.latency import summarise, take_turns
from benchmarks.latency_exports import BASELINE, litert_run
from benchmarks.paper_memory import MEGABYTE, Published, count
from benchmarks.trained_like import trained_like
from memnas_tf import PRESET_TEMPLATES, PRESETS, build_network
from memnas_tf.preprocessing import Preprocessing
from serving.litert.conversion import litert_file
from serving.litert.report import arena_sizes

SHAPE, CLASSES = (224, 224, 3), 1000
PREPROCESSING = Preprocessing(
    SHAPE, (123.7, 116.3, 103.5), (58.4, 57.1, 57.4), tuple(map(str, range(CLASSES)))
)


class Paper(NamedTuple):
    """What the paper's Table 2 and its text print of a network.

    Attributes:
        parameters: In megabytes; None where it prints none.
        total: Parameters and lifetimes, in megabytes.
        milliseconds: Latency on a Pixel 1.
    """

    parameters: float | None
    total: float
    milliseconds: float


PAPER = {
    BASELINE: Paper(None, 33.1, 75),
    "MemNAS-A": Paper(10.3, 22.8, 58),
    "MemNAS-B": Paper(14.8, 28.1, 69),
}


class Need(NamedTuple):
    """What a network needs, in megabytes."""

    parameters: float
    lifetime: float
    arena: float


def build(name: str) -> keras.Model:
    """Build a network of the table, as after training."""
    keras.utils.set_random_seed(0)
    if name == BASELINE:
        return trained_like(keras.applications.MobileNetV2(SHAPE, weights=None, classes=CLASSES))
    return trained_like(build_network(PRESETS[name], PRESET_TEMPLATES[name]))


def convert(name: str, images: np.ndarray) -> tuple[Need, Callable[[], object]]:
    """Count a network, and make it ready to run."""
    print(f"converting {name}", file=sys.stderr)
    counted = count(Published(name, PAPER[name].total, lambda: build(name)))
    content = litert_file(build(name), PREPROCESSING, "float32", images)
    arena = arena_sizes(content)["reference"].measured / MEGABYTE
    need = Need(counted.weights, counted.intermediate["lifetime"], arena)
    return need, litert_run(content, images)


def table(needs: dict[str, Need], ratios: dict[str, list[float]]) -> str:
    """Write a row per network, each figure with the paper's in brackets."""
    heads = ["network", "parameters", "lifetime", "total", "arena", "latency"]
    lines = [heads, ["---"] * len(heads)]
    for name, need in needs.items():
        paper = PAPER[name]
        rest = None if paper.parameters is None else paper.total - paper.parameters
        low, middle, high = ratios[name]
        latency = f"{middle:.2f}, {low:.2f} to {high:.2f}" if name != BASELINE else "1"
        cells = [
            name,
            f"{need.parameters:.1f} MB{_printed(paper.parameters)}",
            f"{need.lifetime:.1f} MB{_printed(rest)}",
            f"{need.parameters + need.lifetime:.1f} MB{_printed(paper.total)}",
            f"{need.arena:.1f} MB",
            latency + _printed(paper.milliseconds / PAPER[BASELINE].milliseconds, ".2f"),
        ]
        lines.append(cells)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _printed(value: float | None, form: str = ".1f") -> str:
    return "" if value is None else f" ({value:{form}})"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=120, help="of timing, at least")
    arguments = parser.parse_args()
    images = np.random.default_rng(0).integers(0, 256, (1, *SHAPE), np.uint8)
    converted = {name: convert(name, images) for name in PAPER}
    runs = {name: run for name, (_, run) in converted.items()}
    row = summarise(take_turns(runs, arguments.seconds))
    print(f"{row['turns']} turns; medians and quartiles of the ratios to {BASELINE}\n")
    print(table({name: need for name, (need, _) in converted.items()}, row["ratio"]))


if __name__ == "__main__":
    main()
