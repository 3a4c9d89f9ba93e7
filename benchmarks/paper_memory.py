"""Compare the total memory that the paper's Tables 1 and 2 print with what we count.

    python -m benchmarks.paper_memory

Every network is built in Keras and counted for one image: its parameters in float32, batch
normalisation moments included, and its intermediate results, in float32 too, in several ways.
Nothing is trained or run. Prints two tables in Markdown, in decimal megabytes.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from itertools import accumulate
from typing import NamedTuple

import keras
from scipy.stats import kendalltau

from benchmarks.paper_networks import condensenet, mobilenet_v2_cifar, resnet_cifar, shufflenet_v1
from memnas_tf.keras_models.layer_graph import keras_lifetime_graph
from memnas_tf.memory import Graph, lifetimes, memory_row

BYTES_PER_VALUE = 4
MEGABYTE = 1e6
CLOSE = 0.10  # of the paper's total
CIFAR_UNITS, CIFAR_GROWTH = (14, 14, 14), (8, 16, 32)
IMAGENET_UNITS, IMAGENET_GROWTH = (4, 6, 8, 10, 8), (8, 16, 32, 64, 128)


class Published(NamedTuple):
    """A network and the total memory that the paper prints for it, in megabytes."""

    name: str
    total: float
    build: Callable[[], keras.Model]


TABLE_1 = (
    Published("MobileNetV2, stride 8", 16.3, mobilenet_v2_cifar),
    Published("ResNet-110", 9.9, lambda: resnet_cifar(110)),
    Published("ResNet-56", 6.7, lambda: resnet_cifar(56)),
    Published("ShuffleNet V1 1x, g = 3", 8.3, lambda: shufflenet_v1(1, cifar=True)),
    Published("CondenseNet-86", 8.1, lambda: condensenet(CIFAR_UNITS, CIFAR_GROWTH, 4, cifar=True)),
    Published("CondenseNet-50", 6.8, lambda: condensenet((8, 8, 8), CIFAR_GROWTH, 4, cifar=True)),
)
TABLE_2 = (
    Published("CondenseNet G=C=8", 24.4, lambda: condensenet(IMAGENET_UNITS, IMAGENET_GROWTH, 8)),
    Published("ShuffleNet V1 1.5x, g = 3", 25.1, lambda: shufflenet_v1(1.5)),
    Published("MobileNetV2 1.0x", 33.1, lambda: _mobilenet_v2(1.0)),
    Published("NASNet Mobile", 53.2, lambda: keras.applications.NASNetMobile(weights=None)),
    Published("CondenseNet G=C=4", 31.6, lambda: condensenet(IMAGENET_UNITS, IMAGENET_GROWTH, 4)),
    Published("ShuffleNet V1 2.0x, g = 3", 33.5, lambda: shufflenet_v1(2.0)),
    Published("MobileNetV2 1.4x", 48.5, lambda: _mobilenet_v2(1.4)),
)


def _mobilenet_v2(width: float) -> keras.Model:
    return keras.applications.MobileNetV2(alpha=width, weights=None)


def held_peak(graph: Graph) -> int:
    """Return the peak where a layer's inputs live while it runs, not only before."""
    made = [lifetime.made for lifetime in lifetimes(graph)]
    last = list(made)
    for node, step in zip(graph, made, strict=True):
        for source in node.inputs:
            last[source] = max(last[source], step)
    changes = [0] * (max(last) + 2)
    for node, first, end in zip(graph, made, last, strict=True):
        changes[first] += node.values
        changes[end + 1] -= node.values
    return max(accumulate(changes))


def intermediate(model: keras.Model) -> dict[str, int]:
    """Count a model's intermediate values in several ways."""
    fused, apart = keras_lifetime_graph(model), keras_lifetime_graph(model, fuse=False)
    return {
        "lifetime": max(memory_row(fused)),
        "held": held_peak(fused),
        "held, BN": held_peak(apart),
        "sum": sum(node.values for node in fused),
        "sum, BN": sum(node.values for node in apart),
    }


class Counted(NamedTuple):
    """What was counted of a network, in megabytes."""

    published: Published
    weights: float
    intermediate: dict[str, float]

    @property
    def rest(self) -> float:
        """What the paper's total leaves for intermediate results."""
        return self.published.total - self.weights

    @property
    def total(self) -> float:
        """Our total: the paper's rule, float32 weights."""
        return self.weights + self.intermediate["lifetime"]

    def close(self) -> list[str]:
        """Name the ways of counting that come close to the paper's total."""
        totals = {
            f"{name}{note}": count + share * self.weights
            for note, share in (("", 1.0), (" and 2-byte weights", 0.5))
            for name, count in self.intermediate.items()
        }
        printed = self.published.total
        return [name for name, total in totals.items() if abs(total / printed - 1) <= CLOSE]


def count(published: Published) -> Counted:
    """Build a network and count it."""
    keras.backend.clear_session()
    model = published.build()
    scale = BYTES_PER_VALUE / MEGABYTE
    counts = {name: scale * values for name, values in intermediate(model).items()}
    return Counted(published, scale * model.count_params(), counts)


def table(networks: tuple[Published, ...]) -> str:
    """Count networks and write what was counted beside what the paper prints."""
    counted = [count(network) for network in networks]
    heads = ["network", "paper", "ours", "parameters", "paper's rest"]
    heads += [*counted[0].intermediate, "rest / lifetime", f"within {CLOSE:.0%}"]
    lines = [heads, ["---"] * len(heads)]
    for row in counted:
        lifetime = row.intermediate["lifetime"]
        cells = [row.published.name, f"{row.published.total:.1f}", f"{row.total:.1f}"]
        cells += [f"{value:.2f}" for value in (row.weights, row.rest, *row.intermediate.values())]
        lines.append([*cells, f"{row.rest / lifetime:.1f}", "; ".join(row.close()) or "none"])
    printed = [row.published.total for row in counted]
    tau = kendalltau(printed, [row.total for row in counted]).statistic
    body = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"{body}\n\nKendall tau of our totals with the paper's: {tau:.2f}"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.parse_args()
    print(f"Table 1, CIFAR-10:\n\n{table(TABLE_1)}\n\nTable 2, ImageNet:\n\n{table(TABLE_2)}")


if __name__ == "__main__":
    main()
