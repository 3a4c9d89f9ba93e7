"""Regularised evolution: mutate the best of a sample, and let the oldest die.

Source: Real et al., "Regularized Evolution for Image Classifier Architecture Search", AAAI 2019.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from benchmarks.simulated.simulation import Benchmark, Simulation
from benchmarks.table_work import random_genotype
from memnas_tf.genotype import Cell, Genotype, canonical, canonical_key
from memnas_tf.genotype.genotype import COMBINES
from memnas_tf.operations import OPERATIONS

POPULATION, SAMPLE = 20, 5  # a fifth of the paper's, as the budgets are smaller
_OPERATIONS = list(OPERATIONS)
_RESTARTS, _PATIENCE = 5, 300


def regularised_evolution(simulation: Simulation) -> None:
    """Run regularised evolution until the budget is spent.

    Args:
        simulation: What trains networks.
    """
    benchmark = simulation.benchmark
    rng = random.Random(simulation.seed)
    population: deque[tuple[float, Genotype]] = deque()
    known: set[str] = set()
    for genotype in random_genotypes(rng, simulation):
        population.append((simulation.train(genotype), genotype))
        known.add(canonical_key(genotype))
        if len(population) == POPULATION:
            break
    while True:
        parent = max(rng.sample(list(population), SAMPLE), key=lambda pair: pair[0])[1]
        child = mutate(rng, parent, benchmark.size)
        while canonical_key(child) in known or not simulation.fits(child):
            child = mutate(rng, parent, benchmark.size)
        known.add(canonical_key(child))
        population.append((simulation.train(child), child))
        population.popleft()


def random_genotypes(rng: random.Random, simulation: Simulation) -> Iterator[Genotype]:
    """Draw networks that keep to the memory budget, of all sizes, without end.

    Args:
        rng: What to draw from.
        simulation: What trains networks.

    Yields:
        Architectures.
    """
    benchmark = simulation.benchmark
    while True:
        genotype = random_genotype(rng, rng.randint(1, benchmark.size), benchmark.blocks)
        if simulation.fits(genotype):
            yield genotype


def mutate(rng: random.Random, genotype: Genotype, size: int) -> Genotype:
    """Change one thing about one cell, add a cell to a block or remove one.

    Args:
        rng: What to draw from.
        genotype: The parent.
        size: The largest number of cells in a block.

    Returns:
        The child.
    """
    blocks = list(canonical(genotype).blocks)
    chosen = rng.randrange(len(blocks))
    block = [cell for cell in blocks[chosen] if isinstance(cell, Cell)]  # canonical: all are
    kinds = ["change", "change", "change"]
    kinds += ["add"] * (len(block) < size) + ["remove"] * (len(block) > 1)
    kind = rng.choice(kinds)
    if kind == "add":
        block.append(_cell(rng, len(block)))
    elif kind == "remove":
        block = _without(block, rng.randrange(len(block)))
    else:
        index = rng.randrange(len(block))
        block[index] = _changed(rng, block[index], index)
    block[-1] = replace(block[-1], is_output=True)
    blocks[chosen] = tuple(block)
    return Genotype(tuple(blocks))


def _cell(rng: random.Random, index: int) -> Cell:
    inputs = rng.randint(0, index), rng.randint(0, index)
    operations = rng.choice(_OPERATIONS), rng.choice(_OPERATIONS)
    return Cell(*inputs, *operations, rng.choice(COMBINES), True)


def _changed(rng: random.Random, cell: Cell, index: int) -> Cell:
    changes = [
        lambda: replace(cell, operation_1=rng.choice(_OPERATIONS)),
        lambda: replace(cell, operation_2=rng.choice(_OPERATIONS)),
        lambda: replace(cell, input_1=rng.randint(0, index)),
        lambda: replace(cell, input_2=rng.randint(0, index)),
        lambda: replace(cell, combine=rng.choice(COMBINES)),
        lambda: replace(cell, is_output=not cell.is_output),
    ]
    return rng.choice(changes)()


def _without(block: list[Cell], removed: int) -> list[Cell]:
    """Remove a cell; what read it reads its first input."""

    def moved(index: int) -> int:
        if index == removed + 1:
            index = block[removed].input_1
        return index - (index > removed)

    return [
        replace(cell, input_1=moved(cell.input_1), input_2=moved(cell.input_2))
        for position, cell in enumerate(block)
        if position != removed
    ]


def best_accuracy(benchmark: Benchmark, max_parameters: int | None = None) -> float:
    """Look for the best network of a space, without noise and with epochs to spare.

    Args:
        benchmark: What tells accuracies.
        max_parameters: The largest parameter memory of a network, in bytes; None for any.

    Returns:
        Its accuracy, from 0 to 1: no search is known to do better.
    """
    best = 0.0
    for seed in range(_RESTARTS):
        simulation = Simulation(benchmark, seed, 0, max_parameters)
        rng = random.Random(seed)
        genotype = next(random_genotypes(rng, simulation))
        accuracy, failures = benchmark.accuracy(genotype), 0
        while failures < _PATIENCE:
            child = mutate(rng, genotype, benchmark.size)
            if rng.random() < 0.5:
                child = mutate(rng, child, benchmark.size)
            failures += 1
            if simulation.fits(child) and benchmark.accuracy(child) > accuracy:
                genotype, accuracy, failures = child, benchmark.accuracy(child), 0
        best = max(best, accuracy)
    return best
