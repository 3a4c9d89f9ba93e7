"""Networks that were trained before any search, and what they tell of others.

The file beside this one holds architectures and their accuracies, all by one recipe on one data
set: docs/results.md, "A table of trained networks". `benchmarks.known_networks` writes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor, GradientBoostingRegressor
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from memnas_tf.documents import parse_json, read_text
from memnas_tf.genotype import Genotype, from_string
from memnas_tf.template import Template
from tuner.ranking.features import Features, pattern_features
from tuner.ranking.ranker import Scores

FILE = Path(__file__).with_name("known_networks.json")
# Chosen by folds of the table of trained networks without widths.
_PENALTY = 100.0
_SHARES = (0.5, 0.25, 0.25)  # of boosted trees, randomised trees and ridge regression


class KnownNetworks:
    """A model of networks that were trained before.

    Args:
        accuracies: The validation accuracy of each network, from 0 to 1.
        template: The size of the networks.
    """

    def __init__(self, accuracies: Mapping[Genotype, float], template: Template) -> None:
        self._template = template
        measured = np.array(list(accuracies.values()))
        self._mean, self._deviation = float(measured.mean()), float(measured.std()) or 1.0
        self._vectorizer = DictVectorizer(sparse=False)
        described = [pattern_features(genotype, template) for genotype in accuracies]
        features = self._vectorizer.fit_transform(described)
        self._models = (
            GradientBoostingRegressor(
                n_estimators=300,
                learning_rate=0.05,
                subsample=0.5,
                max_features=0.2,
                random_state=0,
            ),
            ExtraTreesRegressor(100, max_features=0.5, random_state=0),
            make_pipeline(StandardScaler(), Ridge(_PENALTY)),
        )
        for model in self._models:
            model.fit(features, (measured - self._mean) / self._deviation)

    def standings(self, genotypes: Sequence[Genotype]) -> Scores:
        """Tell where networks would stand among those that are known.

        Args:
            genotypes: The networks, of any number of blocks.

        Returns:
            Of each how many standard deviations of accuracy it would be above the known ones' mean.
        """
        described = [self._describe(genotype) for genotype in genotypes]
        features = self._vectorizer.transform(described)
        parts = [model.predict(features) for model in self._models]
        return np.asarray(np.average(parts, axis=0, weights=_SHARES), np.float64)

    def accuracies(self, genotypes: Sequence[Genotype]) -> Scores:
        """Estimate the accuracy that networks would have, trained as the known ones were.

        Args:
            genotypes: The networks, of any number of blocks.

        Returns:
            Accuracies, about from 0 to 1.
        """
        return self._mean + self._deviation * self.standings(genotypes)

    def _describe(self, genotype: Genotype) -> Features:
        views = network_views(genotype, self._template.blocks)
        if len(views) == 1:
            return pattern_features(views[0], self._template)
        total: Counter[str] = Counter()
        for view in views:
            total.update(pattern_features(view, self._template))
        return {name: value / len(views) for name, value in total.items()}


def network_views(genotype: Genotype, blocks: int) -> list[Genotype]:
    """Return networks of so many blocks that have every block of another one at its place.

    Where there are more blocks than are wanted a view takes one of each part of the network; where
    there are fewer, blocks repeat.
    """
    count = len(genotype.blocks)
    if count == blocks:
        return [genotype]
    places = range(count)
    parts = [[at for at in places if at * blocks // count == part] for part in range(blocks)]
    parts = [part or [index * count // blocks] for index, part in enumerate(parts)]
    chosen = [[part[view % len(part)] for part in parts] for view in range(max(map(len, parts)))]
    return [
        Genotype(
            tuple(genotype.blocks[at] for at in view), tuple(genotype.widths[at] for at in view)
        )
        for view in chosen
    ]


@lru_cache(maxsize=1)
def shipped_networks() -> KnownNetworks:
    """Return the model of the networks that this package ships."""
    document = parse_json(read_text(FILE))
    accuracies = {from_string(text): value for text, value in document["accuracies"].items()}
    return KnownNetworks(accuracies, Template.from_document(document["template"]))
