"""MemNAS itself: the paper's configuration, and this project's."""

from __future__ import annotations

import contextlib
from typing import Any

from benchmarks.simulated.simulation import BudgetSpent, Simulation
from memnas_tf.genotype import from_string
from memnas_tf.memory import memory_target
from tuner.ranking import InformedRanker, Ranker
from tuner.search import Search, SearchSettings
from tuner.search.search import Answer

TRIALS_PER_ROUND = 16
GROWING = (4, 4, 8, 16, 32)


def informed_search(simulation: Simulation) -> str:
    """Run a MemNAS search of growing rounds with what the simulation knows beforehand.

    Args:
        simulation: What trains networks.

    Returns:
        The search's answer, as a compact string.

    Raises:
        ValueError: If it knows nothing: the networks that the package ships are those of the model.
    """
    if simulation.known is None:
        raise ValueError("a ranker may not know the networks that it is judged on; use --halves")
    ranker = InformedRanker(
        max_cells=simulation.benchmark.size,
        blocks=simulation.benchmark.blocks,
        template=simulation.benchmark.template,
        seed=simulation.seed,
        known=simulation.known,
    )
    return search(simulation, ranker, trials_per_round=GROWING)


def search(simulation: Simulation, own: Ranker | None = None, **settings: Any) -> str:
    """Run a MemNAS search, for accuracy alone unless told otherwise.

    Args:
        simulation: What trains networks.
        own: What ranks candidates; None for the ranker that the settings name.
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
        ),
        own,
    )
    with contextlib.suppress(BudgetSpent):
        while not isinstance(trial := memnas.ask(), Answer):
            genotype = from_string(trial.genotype)
            memnas.tell(trial, simulation.train(genotype, trial.until_epoch))
    return memnas.best.genotype if memnas.best else ""
