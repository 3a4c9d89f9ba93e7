"""A ranker that knows other networks before its search."""

import json

import numpy as np
import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import Genotype, from_string
from memnas_tf.moves import generate_candidates
from memnas_tf.template import Template, cifar_template
from tuner.ranking import Foreteller, InformedRanker, LabelledRound, RidgeTreesRanker, make_ranker
from tuner.ranking.known_networks import FILE, KnownNetworks
from tuner.ranking.metrics import kendall_tau


@pytest.fixture(scope="module")
def split():
    """Return a model of half of the shipped networks, the other half, and their size."""
    document = json.loads(FILE.read_text(encoding="utf-8"))
    template = Template.from_document(document["template"])
    pairs = [(from_string(text), value) for text, value in document["accuracies"].items()]
    order = np.random.default_rng(0).permutation(len(pairs))
    known = KnownNetworks(dict(pairs[i] for i in order[::2]), template)
    return known, [pairs[i] for i in order[1::2]], template


def labelled(pairs):
    genotypes, accuracies = zip(*pairs, strict=True)
    return LabelledRound(genotypes, accuracies)


def tau(pairs, scores):
    return kendall_tau(np.array([accuracy for _, accuracy in pairs]), scores)


def test_it_foretells_networks_that_nobody_has_trained(split):
    known, others, template = split
    ranker = InformedRanker(max_cells=6, blocks=3, template=template, seed=0, known=known)
    assert isinstance(ranker, Foreteller)
    foretold = ranker.foretell([genotype for genotype, _ in others])
    assert tau(others, foretold) > 0.65
    assert ranker.foretell([]).shape == (0,)


def test_from_few_small_networks_it_ranks_larger_ones_better_than_a_ranker_that_knows_nothing(
    split,
):
    known, others, template = split
    small = [pair for pair in others if pair[0].slots <= 3][:25]
    large = [pair for pair in others if pair[0].slots > 3]
    sizes = {"max_cells": 6, "blocks": 3, "template": template, "seed": 0}
    found = []
    for ranker in (InformedRanker(**sizes, known=known), RidgeTreesRanker(**sizes)):
        ranker.fit([labelled(small)])
        found.append(tau(large, ranker.score([genotype for genotype, _ in large])))
    assert found[0] > found[1] + 0.05
    assert found[0] > 0.55


def test_labels_that_contradict_what_it_knows_win(split):
    known, others, template = split
    ranker = InformedRanker(max_cells=6, blocks=3, template=template, seed=0, known=known)
    reversed_pairs = [(genotype, -accuracy) for genotype, accuracy in others]
    ranker.fit([labelled(reversed_pairs[:60])])
    scores = ranker.score([genotype for genotype, _ in reversed_pairs[60:]])
    assert tau(reversed_pairs[60:], scores) > 0.5


def test_the_first_round_of_a_network_of_another_size_is_foretold():
    template = cifar_template((16, 16, 3), 4, 8, 5)
    ranker = make_ranker("informed", max_cells=4, blocks=5, template=template, seed=0)
    firsts = [one.genotype for one in generate_candidates(Genotype.empty(5), 4)]
    foretold = ranker.foretell(firsts)
    assert np.isfinite(foretold).all() and len(set(foretold.tolist())) > len(firsts) / 2
    with pytest.raises(ConfigError, match="2 blocks, but this ranker was made for 5"):
        ranker.foretell([Genotype.empty(2)])
