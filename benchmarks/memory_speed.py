"""Measure how fast the memory model is, on genotypes that it has not seen.

    python benchmarks/memory_speed.py --genotypes 5000

Every genotype has five different random blocks of 1 to 6 cells each; lifetime memory and
parameter memory are computed for the paper's CIFAR-10 template, and the processor time of one
core is counted. "cold" meets each block for the first time, "warm" repeats the run with every
block in the cache.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence

from memnas_tf.genotype import Cell, Genotype
from memnas_tf.genotype.genotype import COMBINES
from memnas_tf.memory import lifetime_memory, parameter_memory
from memnas_tf.operations import BY_NAME
from memnas_tf.template import Template, cifar_template

BLOCKS = 5
MAX_CELLS = 6


def random_genotype(rng: random.Random) -> Genotype:
    """Draw a genotype of different blocks, each with an output."""
    names = tuple(BY_NAME)
    blocks = []
    for _ in range(BLOCKS):
        size = rng.randint(1, MAX_CELLS)
        blocks.append(
            tuple(
                Cell(
                    rng.randint(0, index),
                    rng.randint(0, index),
                    rng.choice(names),
                    rng.choice(names),
                    rng.choice(COMBINES),
                    index + 1 == size or rng.random() < 0.5,
                )
                for index in range(size)
            )
        )
    return Genotype(tuple(blocks))


def measure(genotypes: Sequence[Genotype], template: Template) -> float:
    """Return how many genotypes are measured in a second."""
    start = time.process_time()
    for genotype in genotypes:
        lifetime_memory(genotype, template)
        parameter_memory(genotype, template)
    return len(genotypes) / (time.process_time() - start)


def main() -> None:
    """Print genotypes per second, cold and warm."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--genotypes", type=int, default=5000, help="how many to measure")
    parser.add_argument("--seed", type=int, default=0, help="seed of the random genotypes")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    genotypes = [random_genotype(rng) for _ in range(arguments.genotypes)]
    template = cifar_template((32, 32, 3), classes=10)
    for name in ("cold", "warm"):
        print(f"memory model, {name}: {measure(genotypes, template):,.0f} genotypes/s")


if __name__ == "__main__":
    main()
