"""Time training beside plain Keras: images per second, and seconds before the first step.

    python -m benchmarks.training_speed --filters 16 --repeats 5

The same networks twice: as somebody would write them in Keras and train them with `fit`, and as a
trial of a search builds and trains them. The two take turns; what is printed are medians of the
ratios, each with its smallest and largest. The first step ends some seconds after the model begins
to be built: tracing and optimising its graph.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from benchmarks.plain_network import build_plain_network
from memnas_tf.genotype import from_string
from memnas_tf.layers import build_network
from memnas_tf.template import Template
from memnas_tf.training.compiling import compile_network
from memnas_tf.training.recipe import MOMENTUM

# Factorised, depthwise and pooling; convolutions alone; depthwise and trimmed.
NETWORKS = {"N1": "5x0f7+0d3,1ap:0mp=", "N2": "5x0c3+0c3,1c3+0c3=", "N3": "5x0d3+0d3,1d3+1id="}
BATCH = 128
RATE = 0.01


class Steps(keras.callbacks.Callback):
    """Note down when each training step ends."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: list[float] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Note the time."""
        self.ends.append(time.perf_counter())


def plain(genotype: str, template: Template) -> keras.Model:
    """Build and compile as with plain Keras."""
    model = build_plain_network(from_string(genotype), template)
    model.compile(
        keras.optimizers.SGD(RATE, momentum=MOMENTUM),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def ours(genotype: str, template: Template) -> keras.Model:
    """Build and compile as a trial does."""
    model = build_network(from_string(genotype), template)
    compile_network(model, RATE)
    return model


def run(make: Callable[[], keras.Model], data: tf.data.Dataset, steps: int) -> tuple[float, float]:
    """Build a model and train it.

    Args:
        make: Builds and compiles it.
        data: Endless batches.
        steps: The number of steps, 2 or more.

    Returns:
        Seconds until the first step ended, and images per second after it.
    """
    keras.utils.clear_session()
    start = time.perf_counter()
    model = make()
    watch = Steps()
    model.fit(data, epochs=1, steps_per_epoch=steps, verbose=0, callbacks=[watch])
    step = statistics.median(np.diff(watch.ends))
    return watch.ends[0] - start, BATCH / step


def spread(values: Sequence[float]) -> str:
    """Return a median with the smallest and the largest value."""
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--filters", type=int, default=16, help="of the first block")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--steps", type=int, default=15)
    args = parser.parse_args()
    width = args.filters
    template = Template(
        (32, 32, 3), 10, (width, width, 2 * width, 2 * width, 4 * width), (1, 2, 1, 2, 1), ()
    )
    rng = np.random.default_rng(0)
    images = rng.normal(size=(4 * BATCH, 32, 32, 3)).astype("float32")
    labels = rng.integers(0, 10, len(images))
    data = tf.data.Dataset.from_tensor_slices((images, labels)).cache().repeat().batch(BATCH)
    print(
        "| network | images per second, ours to plain | seconds to the first step, ours to plain |"
    )
    print("| --- | --- | --- |")
    for name, genotype in NETWORKS.items():
        speeds, starts = [], []
        for repeat in range(args.repeats + 1):
            plain_start, plain_speed = run(partial(plain, genotype, template), data, args.steps)
            our_start, our_speed = run(partial(ours, genotype, template), data, args.steps)
            if repeat:  # the first time, libraries load
                speeds.append(our_speed / plain_speed)
                starts.append(our_start / plain_start)
        print(f"| {name}, {width} filters | {spread(speeds)} | {spread(starts)} |", flush=True)


if __name__ == "__main__":
    main()
