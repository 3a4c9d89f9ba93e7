"""KerasTuner's own tuners over the same space, as their users run them."""

from __future__ import annotations

import contextlib
import io
import tempfile
from typing import Any

import keras_tuner
from keras_tuner.errors import FatalError

from benchmarks.simulated.simulation import BudgetSpent, Simulation
from tuner import MemNASHyperModel
from tuner.search_space import choose_genotype

_NO_LIMIT = 10_000  # trials; the budget of epochs ends the search


class _Simulated:
    """A KerasTuner tuner whose trials ask a simulation."""

    simulation: Simulation

    def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Ask the simulation for a trial's result."""
        benchmark = self.simulation.benchmark
        hp = trial.hyperparameters
        genotype = choose_genotype(hp, benchmark.blocks, benchmark.size, share_cells=False)
        if not self.simulation.fits(genotype):
            return {"val_accuracy": 0.0}  # what a user of KerasTuner would do
        epochs = hp.values.get("tuner/epochs", benchmark.epochs)
        try:
            return {"val_accuracy": self.simulation.train(genotype, epochs)}
        except BudgetSpent as spent:
            raise FatalError from spent  # anything else fails the trial alone


class _RandomSearch(_Simulated, keras_tuner.RandomSearch):
    pass


class _BayesianOptimization(_Simulated, keras_tuner.BayesianOptimization):
    pass


class _Hyperband(_Simulated, keras_tuner.Hyperband):
    pass


def random_search(simulation: Simulation) -> None:
    """Run `keras_tuner.RandomSearch`."""
    _search(_RandomSearch, simulation, max_trials=_NO_LIMIT)


def bayesian_optimization(simulation: Simulation) -> None:
    """Run `keras_tuner.BayesianOptimization`."""
    _search(_BayesianOptimization, simulation, max_trials=_NO_LIMIT)


def hyperband(simulation: Simulation) -> None:
    """Run `keras_tuner.Hyperband`."""
    _search(
        _Hyperband,
        simulation,
        max_epochs=simulation.benchmark.epochs,
        factor=3,
        hyperband_iterations=_NO_LIMIT,
    )


def _search(kind: Any, simulation: Simulation, **settings: Any) -> None:
    benchmark = simulation.benchmark
    with (
        tempfile.TemporaryDirectory() as directory,
        contextlib.redirect_stdout(io.StringIO()),
    ):
        tuner = kind(
            MemNASHyperModel(benchmark.template, benchmark.blocks, benchmark.size),
            objective="val_accuracy",
            seed=simulation.seed + 1,  # KerasTuner takes 0 for none
            directory=directory,
            **settings,
        )
        tuner.simulation = simulation
        with contextlib.suppress(FatalError):
            tuner.search(verbose=0)
