"""Measure how fast the memory of a genotype is told, beside building and converting the network.

    python -m benchmarks.memory_speed --genotypes 2000 --networks 5

Every genotype has five different random blocks of 1 to 6 cells each, in the paper's CIFAR-10
template, and the processor time of one core is counted. "known" repeats the lifetimes with every
block met before. Building and converting are measured in turn on the first few of the same
genotypes, and every ratio is to the lifetimes of new ones.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence

from benchmarks.random_networks import random_block
from memnas_tf.genotype import Genotype
from memnas_tf.memory import arena_memory, lifetime_memory, parameter_memory
from memnas_tf.memory.best_order import order_for_arena
from memnas_tf.memory.kernels import runtime_graph
from memnas_tf.memory.litert_graph import litert_graph
from memnas_tf.template import Template, cifar_template

BLOCKS = 5
MAX_CELLS = 6
DTYPE, KERNELS = "int8", "optimised"

Task = Callable[[Genotype, Template], object]


def lifetimes(genotype: Genotype, template: Template) -> object:
    """Tell lifetime and parameter memory."""
    return lifetime_memory(genotype, template), parameter_memory(genotype, template)


def arena(genotype: Genotype, template: Template) -> object:
    """Tell the arena."""
    return arena_memory(genotype, template, dtype=DTYPE, kernels=KERNELS)


def best_order(genotype: Genotype, template: Template) -> object:
    """Tell the arena in the best order."""
    return order_for_arena(runtime_graph(litert_graph(genotype, template, DTYPE), KERNELS))


def build(genotype: Genotype, template: Template) -> object:
    """Build the Keras model."""
    import keras

    from memnas_tf.layers import build_network

    keras.backend.clear_session()
    return build_network(genotype, template)


def build_and_convert(genotype: Genotype, template: Template) -> object:
    """Build the Keras model, convert it to LiteRT in float32 and read its operations."""
    from memnas_tf.litert.conversion import convert
    from memnas_tf.litert.model_file import read_model

    return read_model(convert(build(genotype, template)))


def milliseconds(task: Task, genotypes: Sequence[Genotype], template: Template) -> float:
    """Return the processor time of a task for one genotype."""
    start = time.process_time()
    for genotype in genotypes:
        task(genotype, template)
    return 1000 * (time.process_time() - start) / len(genotypes)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--genotypes", type=int, default=2000, help="how many to measure")
    parser.add_argument("--networks", type=int, default=5, help="how many to build and convert")
    parser.add_argument("--seed", type=int, default=0, help="seed of the random genotypes")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    genotypes = [
        Genotype(tuple(random_block(rng, MAX_CELLS) for _ in range(BLOCKS)))
        for _ in range(arguments.genotypes)
    ]
    template = cifar_template((32, 32, 3), classes=10)
    few = genotypes[: arguments.networks]
    rows = [
        ("lifetimes and parameters", milliseconds(lifetimes, genotypes, template)),
        ("the same, known blocks", milliseconds(lifetimes, genotypes, template)),
        (f"arena, {DTYPE}, {KERNELS}", milliseconds(arena, genotypes, template)),
        ("arena in the best order", milliseconds(best_order, genotypes, template)),
    ]
    if few:
        build_and_convert(few[0], template)  # what is done once is no part of it
        rows += [
            ("building the Keras model", milliseconds(build, few, template)),
            ("building and converting it", milliseconds(build_and_convert, few, template)),
        ]
    print("| | ms a genotype | genotypes/s | ratio |\n| --- | --- | --- | --- |")
    for name, taken in rows:
        print(f"| {name} | {taken:.3g} | {1000 / taken:,.1f} | {taken / rows[0][1]:,.2f} |")


if __name__ == "__main__":
    main()
