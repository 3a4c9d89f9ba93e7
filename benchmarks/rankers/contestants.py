"""What is compared: the project's rankers, baselines, and models that were tried instead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingRegressor,
    RandomForestRegressor,
)
from sklearn.feature_extraction import DictVectorizer
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel
from sklearn.linear_model import BayesianRidge, LinearRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.rankers.left_out import LeftOutRanker
from benchmarks.rankers.tasks import Network
from memnas_tf.genotype import Genotype
from memnas_tf.memory import arena_memory, lifetime_memory, parameter_memory
from memnas_tf.template import Template
from tuner.ranking import RANKERS, LabelledRound, Ranker, make_ranker
from tuner.ranking.features import Features, pattern_features, trend_features
from tuner.ranking.ranker import Scores

Describe = Callable[[Genotype, Template], Features]
INFORMED = "informed"
BASELINES = ("parameters", "memory")
ALTERNATIVES = ("ridge", "trees", "forest", "boosting", "gaussian-process")


class Parameters:
    """Rank by parameter memory alone: the larger, the better."""

    def __init__(self, template: Template) -> None:
        self._template = template

    def fit(self, rounds: Sequence[LabelledRound]) -> None:
        """Learn nothing."""
        del rounds

    def score(self, genotypes: Sequence[Genotype]) -> Scores:
        """Return the parameter memory."""
        return np.array([float(parameter_memory(one, self._template)) for one in genotypes])


class Regression:
    """Rank by a model of scikit-learn on named features; rounds are not told apart."""

    def __init__(self, model: Any, describe: Describe, template: Template) -> None:
        self._pipeline: Pipeline = make_pipeline(
            DictVectorizer(sparse=False), StandardScaler(), model
        )
        self._describe = describe
        self._template = template

    def fit(self, rounds: Sequence[LabelledRound]) -> None:
        """Learn from all rounds together."""
        genotypes = [genotype for labelled in rounds for genotype in labelled.genotypes]
        targets = np.array([target for labelled in rounds for target in labelled.targets])
        self._pipeline.fit(self._features(genotypes), targets)

    def score(self, genotypes: Sequence[Genotype]) -> Scores:
        """Estimate targets."""
        return np.asarray(self._pipeline.predict(self._features(genotypes)), np.float64)

    def _features(self, genotypes: Sequence[Genotype]) -> list[Features]:
        return [self._describe(genotype, self._template) for genotype in genotypes]


def memory_features(genotype: Genotype, template: Template) -> Features:
    """Return the logarithms of the three memories."""
    measures = (parameter_memory, lifetime_memory, arena_memory)
    return {one.__name__: float(np.log(one(genotype, template))) for one in measures}


def make_contestant(
    name: str,
    networks: Sequence[Network],
    *,
    max_cells: int,
    blocks: int,
    template: Template,
    seed: int,
) -> Ranker:
    """Make one of the rankers, baselines or alternatives.

    Args:
        name: One of `RANKERS`, `BASELINES` or `ALTERNATIVES`.
        networks: The table, of which an informed ranker knows other networks than it ranks.
        max_cells: The largest number of cells in a block.
        blocks: The number of blocks.
        template: The size of the networks.
        seed: What everything random about it follows from.

    Returns:
        It, knowing nothing yet.
    """
    if name == INFORMED:
        return LeftOutRanker(
            networks, max_cells=max_cells, blocks=blocks, template=template, seed=seed
        )
    if name in RANKERS:
        return make_ranker(name, max_cells=max_cells, blocks=blocks, template=template, seed=seed)
    if name == "parameters":
        return Parameters(template)
    models: dict[str, tuple[Any, Describe]] = {
        "memory": (LinearRegression(), memory_features),
        "ridge": (BayesianRidge(), trend_features),
        "trees": (
            ExtraTreesRegressor(200, max_features=0.5, random_state=seed),
            pattern_features,
        ),
        "forest": (
            RandomForestRegressor(200, max_features=0.5, random_state=seed),
            pattern_features,
        ),
        "boosting": (
            GradientBoostingRegressor(
                n_estimators=150,
                learning_rate=0.05,
                max_depth=2,
                subsample=0.7,
                max_features=0.3,
                random_state=seed,
            ),
            pattern_features,
        ),
        "gaussian-process": (
            GaussianProcessRegressor(
                ConstantKernel() * RBF(10.0) + ConstantKernel(0.1) * DotProduct() + WhiteKernel(),
                normalize_y=True,
            ),
            pattern_features,
        ),
    }
    return Regression(*models[name], template)
