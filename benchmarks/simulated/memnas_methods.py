"""MemNAS itself: the paper's configuration, and this project's."""

from __future__ import annotations

import contextlib
import tempfile
from typing import Any

from benchmarks.simulated.simulation import BudgetSpent, Simulation
from memnas_tf.genotype import from_string
from tuner import MemNASHyperModel, MemNASTuner
from tuner.distributed.worker import SearchIsOver
from tuner.search_space import GENOTYPE, UNTIL_EPOCH

TRIALS_PER_ROUND = 16
GROWING = (4, 4, 8, 16, 32)


class _SimulatedTuner(MemNASTuner):
    """A tuner whose trials ask a simulation."""

    simulation: Simulation

    def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Ask the simulation for a trial's result."""
        values = trial.hyperparameters.values
        epochs = values[UNTIL_EPOCH] or None
        genotype = from_string(values[GENOTYPE])
        try:
            return {"val_accuracy": self.simulation.train(genotype, epochs)}
        except BudgetSpent as spent:
            raise SearchIsOver from spent  # anything else fails the trial alone


def search(simulation: Simulation, **settings: Any) -> str:
    """Run a MemNAS search, for accuracy alone unless told otherwise.

    Args:
        simulation: What trains networks.
        **settings: Of `MemNASTuner`.

    Returns:
        The search's answer, as a compact string.
    """
    benchmark = simulation.benchmark
    with tempfile.TemporaryDirectory() as directory:
        tuner = _SimulatedTuner(
            MemNASHyperModel(benchmark.template, benchmark.blocks, benchmark.size),
            **{
                "max_rounds": 1000,
                "trials_per_round": TRIALS_PER_ROUND,
                "tradeoff": 1.0,
                "max_parameters": simulation.max_parameters,
                **settings,
            },
            seed=simulation.seed,
            directory=directory,
            project_name="simulated",
        )
        tuner.simulation = simulation
        with contextlib.suppress(SearchIsOver):
            tuner.search(verbose=0)
        best = tuner.oracle.history.best
    return "" if best is None else best.genotype
