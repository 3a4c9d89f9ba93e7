"""Random search with successive halving: many networks for an epoch, few to the end.

Source: Jamieson and Talwalkar, "Non-stochastic Best Arm Identification", AISTATS 2016.
"""

from __future__ import annotations

import random
from itertools import islice

from benchmarks.simulated.evolution import random_genotypes
from benchmarks.simulated.simulation import Simulation
from memnas_tf.genotype import Genotype

BRACKET, FACTOR = 27, 3


def random_search_with_halving(simulation: Simulation) -> None:
    """Draw brackets of networks and halve each, until the budget is spent.

    Args:
        simulation: What trains networks.
    """
    drawn = random_genotypes(random.Random(simulation.seed), simulation)
    while True:
        _halve(simulation, list(islice(drawn, BRACKET)))


def _halve(simulation: Simulation, genotypes: list[Genotype]) -> None:
    epochs = 1
    while genotypes:
        scored = [(simulation.train(genotype, epochs), genotype) for genotype in genotypes]
        if epochs == simulation.benchmark.epochs:
            return
        scored.sort(key=lambda pair: -pair[0])
        genotypes = [genotype for _, genotype in scored[: max(1, len(scored) // FACTOR)]]
        epochs = min(FACTOR * epochs, simulation.benchmark.epochs)
