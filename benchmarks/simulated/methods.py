"""The search methods that are compared, by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from benchmarks.simulated.evolution import regularised_evolution
from benchmarks.simulated.halving import random_search_with_halving
from benchmarks.simulated.keras_tuner_methods import (
    bayesian_optimization,
    hyperband,
    random_search,
)
from benchmarks.simulated.memnas_methods import GROWING, informed_search, search
from benchmarks.simulated.simulation import Simulation

OURS, INFORMED = "memnas_tf", "memnas_tf, informed"
METHODS: dict[str, Callable[[Simulation], object]] = {
    OURS: search,
    "memnas_tf, a rung": partial(search, rungs=(1,)),
    "memnas_tf, growing rounds": partial(search, trials_per_round=GROWING),
    INFORMED: informed_search,
    "MemNAS, as in the paper": partial(search, ranker="scc"),
    "RandomSearch (KerasTuner)": random_search,
    "BayesianOptimization (KerasTuner)": bayesian_optimization,
    "Hyperband (KerasTuner)": hyperband,
    "regularised evolution": regularised_evolution,
    "random, successive halving": random_search_with_halving,
}
