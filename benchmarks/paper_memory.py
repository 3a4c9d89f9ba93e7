"""Compare the total memory that the paper's Tables 1 and 2 print with what we count.

    python benchmarks/paper_memory.py

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
from paper_networks import condensenet, mobilenet_v2_cifar, resnet_cifar, shufflenet_v1

from memnas_tf.memory import Graph, keras_lifetime_graph, lifetimes, memory_row

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


def table(networks: tuple[Published, ...]) -> str:
    """Count networks and write what was counted beside what the paper prints."""
    rows = [
        "| network | the paper's total | parameters | the paper's rest | lifetime | held | "
        "held, BN | sum | sum, BN | our total | rest / lifetime | within 10 % |",
        "| --- " * 12 + "|",
    ]
    for network in networks:
        keras.backend.clear_session()
        model = network.build()
        weights = BYTES_PER_VALUE * model.count_params() / MEGABYTE
        counts = {
            name: BYTES_PER_VALUE * values / MEGABYTE
            for name, values in intermediate(model).items()
        }
        rest = network.total - weights
        totals = {
            f"{name}{half}": counts[name] + weights * share
            for half, share in (("", 1), (", half", 0.5))
            for name in counts
        }
        close = [n for n, total in totals.items() if abs(total / network.total - 1) <= CLOSE]
        cells = [network.name, f"{network.total:.1f}", f"{weights:.2f}", f"{rest:.2f}"]
        cells += [f"{count:.2f}" for count in counts.values()]
        cells += [f"{weights + counts['lifetime']:.1f}", f"{rest / counts['lifetime']:.1f}"]
        cells.append("; ".join(close) or "none")
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.parse_args()
    print(f"Table 1, CIFAR-10:\n\n{table(TABLE_1)}\n\nTable 2, ImageNet:\n\n{table(TABLE_2)}")


if __name__ == "__main__":
    main()
