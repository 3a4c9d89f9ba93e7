"""A ridge regression and a forest of randomised trees, averaged: the default ranker.

The regression sees a few features in which accuracy is about linear, and so ranks networks that
are larger than any it has learned from. The trees see everything, and which operations go
together, but expect of a larger network what the largest known one has. What the two get wrong
has little in common, and their mean ranks better than either: docs/results.md, "Rankers".

Source: Hoerl and Kennard, "Ridge Regression", Technometrics 1970; Geurts, Ernst and Wehenkel,
"Extremely randomized trees", Machine Learning 2006.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import Genotype
from memnas_tf.template import Template
from tuner.ranking.checks import check_candidates, check_settings
from tuner.ranking.features import SIZE, Features, pattern_features, trend_features
from tuner.ranking.ranker import LabelledRound, Scores, labelled_only

ROUND = "round "
# Chosen on the first 84 networks of the trained table, at 5 to 44 labels.
PENALTY = 20.0
# How much cheaper a coefficient is than others: size is known to matter, and a base's effect is
# to be taken out whole.
FAVOURS = {SIZE: 3.0, ROUND: 20.0}
TREES = 200
FEATURES_PER_SPLIT = 0.5
# Candidates in memory as features: hundreds of numbers by name for each.
AT_ONCE = 1000


class RidgeTreesRanker:
    """Score each candidate by the mean of a ridge regression and of extremely randomised trees.

    Args:
        max_cells: The largest number of cells in a block, 1 or more.
        blocks: The number of blocks of every candidate, 1 or more.
        template: The size of the networks.
        seed: What everything random about it follows from, 0 or more.

    Raises:
        ConfigError: If a number is out of its range.
    """

    def __init__(self, *, max_cells: int, blocks: int, template: Template, seed: int) -> None:
        check_settings(max_cells=max_cells, blocks=blocks, seed=seed)
        self.max_cells = max_cells
        self.blocks = blocks
        self.template = template
        self.seed = seed
        self._models: tuple[Pipeline, Pipeline] | None = None

    def fit(self, rounds: Sequence[LabelledRound]) -> None:
        """Forget everything and learn from these rounds. See `Ranker.fit`."""
        rounds = labelled_only(rounds)
        genotypes = [genotype for labelled in rounds for genotype in labelled.genotypes]
        targets = np.array([target for labelled in rounds for target in labelled.targets])
        trends, patterns = self._describe(genotypes)
        of_rounds = mark_rounds(rounds, trends)
        ridge = fit_ridge(of_rounds, targets)
        base_effects = ridge.predict(of_rounds) - ridge.predict(trends)
        trees = make_pipeline(
            DictVectorizer(sparse=False),
            ExtraTreesRegressor(TREES, max_features=FEATURES_PER_SPLIT, random_state=self.seed),
        )
        trees.fit(patterns, targets - base_effects)
        self._models = ridge, trees

    def score(self, genotypes: Sequence[Genotype]) -> Scores:
        """Estimate how good candidates are. See `Ranker.score`."""
        if self._models is None:
            raise ConfigError("this ranker has not learned anything yet; call fit first")
        if not genotypes:
            return np.zeros(0)
        parts = [self._score(part, *self._models) for part in in_parts(genotypes)]
        return np.concatenate(parts)

    def _score(self, genotypes: Sequence[Genotype], ridge: Pipeline, trees: Pipeline) -> Scores:
        trends, patterns = self._describe(genotypes)
        return np.asarray((ridge.predict(trends) + trees.predict(patterns)) / 2, np.float64)

    def _describe(self, genotypes: Sequence[Genotype]) -> tuple[list[Features], list[Features]]:
        check_candidates(genotypes, max_cells=self.max_cells, blocks=self.blocks)
        return (
            [trend_features(genotype, self.template) for genotype in genotypes],
            [pattern_features(genotype, self.template) for genotype in genotypes],
        )


def fit_ridge(
    features: Sequence[Features], targets: Scores, favours: Mapping[str, float] = FAVOURS
) -> Pipeline:
    """Fit a ridge regression to standardised features, some of them cheaper than others.

    Args:
        features: Of each candidate.
        targets: Of each candidate.
        favours: By how much cheaper a coefficient is, by the start of its feature's name.

    Returns:
        The regression.
    """
    vectorizer = DictVectorizer(sparse=False).fit(features)
    weights = np.ones(len(vectorizer.feature_names_))
    for prefix, favour in favours.items():
        weights[[name.startswith(prefix) for name in vectorizer.feature_names_]] = favour
    ridge = make_pipeline(
        vectorizer,
        StandardScaler(),
        FunctionTransformer(lambda standardised: standardised * weights),
        Ridge(PENALTY),
    )
    return ridge.fit(features, targets)


def mark_rounds(rounds: Sequence[LabelledRound], features: Sequence[Features]) -> list[Features]:
    """Add to the features of each trained candidate which round it is of.

    Targets are relative to their round's base: what a round has in common is the base's.
    """
    numbers = np.repeat(np.arange(len(rounds)), [len(entry.targets) for entry in rounds])
    return [
        {**own, f"{ROUND}{number}": 1.0}
        for own, number in zip(features, numbers.tolist(), strict=True)
    ]


def in_parts(genotypes: Sequence[Genotype]) -> Iterator[Sequence[Genotype]]:
    """Split candidates, so that not all of their features are in memory at once."""
    for start in range(0, len(genotypes), AT_ONCE):
        yield genotypes[start : start + AT_ONCE]
