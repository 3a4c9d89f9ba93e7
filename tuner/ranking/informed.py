"""A ranker that knows trained networks before its search has trained any.

What it knows of them (`KnownNetworks`) says where a candidate would stand among them. The search's
own labels say what that is worth here, and correct it: a ridge regression takes the standing for
one feature beside those of size and kind, and randomised trees learn what a plain line from
standing to target gets wrong. Where the standings are of no use, or misleading, the line is flat
and the rest is what `RidgeTreesRanker` would learn. docs/results.md, "Rankers", has the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.feature_extraction import DictVectorizer
from sklearn.pipeline import Pipeline, make_pipeline

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import Genotype
from memnas_tf.template import Template
from tuner.ranking.checks import check_candidates, check_settings
from tuner.ranking.features import Features, pattern_features, trend_features
from tuner.ranking.known_networks import KnownNetworks, shipped_networks
from tuner.ranking.ranker import LabelledRound, Scores, labelled_only
from tuner.ranking.ridge_trees import (
    FAVOURS,
    FEATURES_PER_SPLIT,
    TREES,
    fit_ridge,
    in_parts,
    mark_rounds,
)

_STANDING = "standing"
_FAVOURS = {**FAVOURS, _STANDING: 10.0}


class _Models(NamedTuple):
    """What was learned: targets from all features, and from standings; and what those lack."""

    ridge: Pipeline
    line: Pipeline
    trees: Pipeline


class InformedRanker:
    """Score candidates by what is known of other networks and by what the search has trained.

    Args:
        max_cells: The largest number of cells in a block, 1 or more.
        blocks: The number of blocks of every candidate, 1 or more.
        template: The size of the networks.
        seed: What everything random about it follows from, 0 or more.
        known: What it knows beforehand; None for the networks that the package ships.

    Raises:
        ConfigError: If a number is out of its range.
    """

    def __init__(
        self,
        *,
        max_cells: int,
        blocks: int,
        template: Template,
        seed: int,
        known: KnownNetworks | None = None,
    ) -> None:
        check_settings(max_cells=max_cells, blocks=blocks, seed=seed)
        self.max_cells = max_cells
        self.blocks = blocks
        self.template = template
        self.seed = seed
        self._known = known
        self._models: _Models | None = None

    def foretell(self, genotypes: Sequence[Genotype]) -> Scores:
        """Estimate accuracies before anything is trained. See `Foreteller.foretell`."""
        self._check(genotypes)
        parts = [self._knowledge.accuracies(part) for part in in_parts(genotypes)]
        return np.concatenate([np.zeros(0), *parts])

    def fit(self, rounds: Sequence[LabelledRound]) -> None:
        """Forget every label and learn from these rounds. See `Ranker.fit`."""
        rounds = labelled_only(rounds)
        genotypes = [genotype for labelled in rounds for genotype in labelled.genotypes]
        targets = np.array([target for labelled in rounds for target in labelled.targets])
        self._check(genotypes)
        standings = self._standings(genotypes)
        of_rounds = mark_rounds(rounds, self._trends(genotypes, standings))
        line_features = mark_rounds(rounds, standings)
        line = fit_ridge(line_features, targets, _FAVOURS)
        trees = make_pipeline(
            DictVectorizer(sparse=False),
            ExtraTreesRegressor(TREES, max_features=FEATURES_PER_SPLIT, random_state=self.seed),
        )
        trees.fit(self._patterns(genotypes, standings), targets - line.predict(line_features))
        self._models = _Models(fit_ridge(of_rounds, targets, _FAVOURS), line, trees)

    def score(self, genotypes: Sequence[Genotype]) -> Scores:
        """Estimate how good candidates are. See `Ranker.score`."""
        if self._models is None:
            raise ConfigError("this ranker has not learned anything yet; call fit first")
        self._check(genotypes)
        parts = [self._score(part, self._models) for part in in_parts(genotypes)]
        return np.concatenate([np.zeros(0), *parts])

    def _score(self, genotypes: Sequence[Genotype], models: _Models) -> Scores:
        standings = self._standings(genotypes)
        smooth = models.ridge.predict(self._trends(genotypes, standings))
        corrected = models.line.predict(standings)
        corrected += models.trees.predict(self._patterns(genotypes, standings))
        return np.asarray((smooth + corrected) / 2, np.float64)

    @property
    def _knowledge(self) -> KnownNetworks:
        return self._known or shipped_networks()

    def _check(self, genotypes: Sequence[Genotype]) -> None:
        check_candidates(genotypes, max_cells=self.max_cells, blocks=self.blocks)

    def _standings(self, genotypes: Sequence[Genotype]) -> list[Features]:
        return [{_STANDING: float(one)} for one in self._knowledge.standings(genotypes)]

    def _trends(
        self, genotypes: Sequence[Genotype], standings: Sequence[Features]
    ) -> list[Features]:
        pairs = zip(genotypes, standings, strict=True)
        return [trend_features(genotype, self.template) | standing for genotype, standing in pairs]

    def _patterns(
        self, genotypes: Sequence[Genotype], standings: Sequence[Features]
    ) -> list[Features]:
        pairs = zip(genotypes, standings, strict=True)
        return [
            pattern_features(genotype, self.template) | standing for genotype, standing in pairs
        ]
