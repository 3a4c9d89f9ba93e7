"""MemNAS itself: the paper's configuration, and this project's."""

from __future__ import annotations

import contextlib
from typing import Any

from benchmarks.simulated.simulation import BudgetSpent, Simulation
from memnas_tf.genotype import from_string
from memnas_tf.memory import memory_target
from tuner.search import Search, SearchSettings
from tuner.search.search import Answer

TRIALS_PER_ROUND = 16
GROWING = (4, 4, 8, 16, 32)


def search(simulation: Simulation, **settings: Any) -> str:
    """Run a MemNAS search, for accuracy alone unless told otherwise.

    Args:
        simulation: What trains networks.
        **settings: Of `SearchSettings`.

    Returns:
        The search's answer, as a compact string.
    """
    benchmark = simulation.benchmark
    memnas = Search(
        SearchSettings(
            benchmark.template,
            benchmark.blocks,
            **{
                "max_rounds": 1000,
                "max_cells": benchmark.size,
                "trials_per_round": TRIALS_PER_ROUND,
                "tradeoff": 1.0,
                "target": memory_target(max_parameters=simulation.max_parameters),
                **settings,
            },
            seed=simulation.seed,
        )
    )
    with contextlib.suppress(BudgetSpent):
        while not isinstance(trial := memnas.ask(), Answer):
            genotype = from_string(trial.genotype)
            memnas.tell(trial, simulation.train(genotype, trial.until_epoch))
    return memnas.best.genotype if memnas.best else ""
