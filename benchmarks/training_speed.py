"""Time training beside plain Keras: images per second, and seconds before the first step.

    python -m benchmarks.training_speed --filters 16 --repeats 5

The same networks twice: as somebody would write them in Keras and train them with `fit`, and as a
trial of a search builds and trains them. Plain Keras runs with TensorFlow as installed and once
more with oneDNN's convolutions, which a search switches on. TensorFlow takes that switch when it is
imported, so each has a process of its own, and they take turns; what is printed are medians of the
ratios, each with its smallest and largest. Before the first step a model is built, and its graph
traced and optimised; what the step itself takes is not counted.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
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
from memnas_tf.training.onednn import VARIABLE, choose_onednn
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


def run(make: Callable[[], keras.Model], template: Template, steps: int) -> tuple[float, float]:
    """Build a model and train it.

    Args:
        make: Builds and compiles it.
        template: The network's size.
        steps: The number of steps, 2 or more.

    Returns:
        Seconds before the first step, and images per second after it.
    """
    rng = np.random.default_rng(0)
    images = rng.normal(size=(4 * BATCH, *template.input_shape)).astype("float32")
    labels = rng.integers(0, template.classes, len(images))
    data = tf.data.Dataset.from_tensor_slices((images, labels)).cache().repeat().batch(BATCH)
    keras.utils.clear_session()
    start = time.perf_counter()
    model = make()
    watch = Steps()
    model.fit(data, epochs=1, steps_per_epoch=steps, verbose=0, callbacks=[watch])
    step = float(statistics.median(np.diff(watch.ends)))
    return watch.ends[0] - step - start, BATCH / step


def own_process(onednn: str | None) -> ProcessPoolExecutor:
    """Start a process to train in.

    Args:
        onednn: What TensorFlow finds in the environment about oneDNN, where "" leaves it to
            TensorFlow; None for what a search sets.

    Returns:
        The process.
    """
    os.environ.pop(VARIABLE, None)
    if onednn is None:
        choose_onednn("cifar10", None, BATCH)
    else:
        os.environ[VARIABLE] = onednn
    pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
    pool.submit(os.getpid).result()  # it starts with its first task
    return pool


def ratios(values: Sequence[float], others: Sequence[float]) -> str:
    """Return the median of ratios, with the smallest and the largest."""
    quotients = [value / other for value, other in zip(values, others, strict=True)]
    low, middle, high = min(quotients), statistics.median(quotients), max(quotients)
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


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
    installed, switched, trial = own_process(""), own_process("1"), own_process(None)
    print("| network | images/s, to plain | images/s, to plain with oneDNN | s before a step |")
    print("| --- | --- | --- | --- |")
    for name, genotype in NETWORKS.items():
        measured = []
        for _ in range(args.repeats + 1):
            measured.append(
                [
                    pool.submit(
                        run, partial(make, genotype, template), template, args.steps
                    ).result()
                    for pool, make in ((installed, plain), (switched, plain), (trial, ours))
                ]
            )
        # The first time, libraries load.
        plain_runs, switched_runs, our_runs = zip(*measured[1:], strict=True)
        starts, speeds = zip(*our_runs, strict=True)
        columns = (
            ratios(speeds, [speed for _, speed in plain_runs]),
            ratios(speeds, [speed for _, speed in switched_runs]),
            ratios(starts, [start for start, _ in plain_runs]),
        )
        print(f"| {name}, {width} filters | {' | '.join(columns)} |", flush=True)


if __name__ == "__main__":
    main()
