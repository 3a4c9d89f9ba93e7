"""Measure what warm-up requests and folded batch normalisation are worth to a served network.

    python -m benchmarks.served_requests --filters 16 --requests 1000

The network of Figure 1(b) in the CIFAR-10 template, with random weights, is written with and
without its batch normalisation and loaded by the C++ loader that TF-Serving calls. A request is
one image to `serving_default`, with the few tenths of a millisecond that it takes to the loader's
process and back. The two networks take turns, so that what else the machine does hits both, and
of the later requests the tenth percentile counts: a median says more of the other work.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import keras

from benchmarks.trained_like import trained_like
from memnas_tf.genotype import PRESETS
from memnas_tf.keras_models.loading import weight_bytes
from memnas_tf.layers import build_network
from memnas_tf.memory import format_bytes
from memnas_tf.preprocessing import Preprocessing
from memnas_tf.template import cifar_template
from serving.contract import signature_contracts
from serving.folding import fold_batch_norm
from serving.samples import sample_images
from serving.saved_model_files import write_saved_model
from serving.verification.answers import run_signature
from serving.verification.exported_version import ExportedVersion

LABELS = tuple(map(str, range(10)))
PREPROCESSING = Preprocessing((32, 32, 3), (120.0,) * 3, (60.0,) * 3, LABELS)


def milliseconds(version: ExportedVersion, images: Any) -> float:
    """Return how long a request takes."""
    start = time.perf_counter()
    run_signature(version, "serving_default", {"images": images})
    return 1000 * (time.perf_counter() - start)


def load(model: keras.Model, directory: Path) -> ExportedVersion:
    """Write a network and load it, without a request."""
    contracts = signature_contracts(PREPROCESSING.input_shape, len(LABELS))
    write_saved_model(model, PREPROCESSING, contracts, directory)
    version = ExportedVersion(directory)
    version.cpp_model.load()
    return version


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--filters", type=int, default=16, help="output channels of operations")
    parser.add_argument("--requests", type=int, default=1000, help="how many to measure")
    arguments = parser.parse_args()
    template = cifar_template(PREPROCESSING.input_shape, len(LABELS), arguments.filters)
    trained = trained_like(build_network(PRESETS["figure-1b"], template))
    models = {"as trained": trained, "folded": fold_batch_norm(trained)}
    image = sample_images(PREPROCESSING.input_shape)[:1]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        versions = {
            name: stack.enter_context(load(model, Path(folder) / name))
            for name, model in models.items()
        }
        first = {name: milliseconds(version, image) for name, version in versions.items()}
        later: dict[str, list[float]] = {name: [] for name in versions}
        for _ in range(arguments.requests):
            for name, version in versions.items():
                later[name].append(milliseconds(version, image))
    print("| network | parameters | first request | later ones, tenth percentile |")
    print("| --- | --- | --- | --- |")
    for name, model in models.items():
        size = format_bytes(weight_bytes(model))
        fast = statistics.quantiles(later[name], n=10)[0]
        print(f"| {name} | {size} | {first[name]:.0f} ms | {fast:.2f} ms |")


if __name__ == "__main__":
    main()
