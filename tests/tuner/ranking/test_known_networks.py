"""The networks that the package ships, and what it makes of them."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memnas_tf.genotype import canonical_key, from_string
from memnas_tf.template import Template
from tests.helpers.genotypes import genotypes
from tuner.ranking.known_networks import FILE, KnownNetworks, network_views
from tuner.ranking.metrics import kendall_tau


@pytest.fixture(scope="module")
def shipped():
    document = json.loads(FILE.read_text(encoding="utf-8"))
    networks = {from_string(text): value for text, value in document["accuracies"].items()}
    return networks, Template.from_document(document["template"])


@pytest.fixture(scope="module")
def half(shipped):
    """Return a model of every second network, and the others."""
    networks, template = shipped
    pairs = list(networks.items())
    return KnownNetworks(dict(pairs[::2]), template), pairs[1::2]


def test_the_file_is_small_and_holds_hundreds_of_different_networks(shipped):
    networks, template = shipped
    assert FILE.stat().st_size < 100_000
    assert len({canonical_key(genotype) for genotype in networks}) == len(networks) >= 400
    assert all(0 < accuracy < 1 for accuracy in networks.values())
    assert {len(genotype.blocks) for genotype in networks} == {template.blocks}


def test_half_of_the_networks_tell_how_the_others_stand(half):
    model, others = half
    unseen, accuracies = zip(*others, strict=True)
    standings = model.standings(unseen)
    assert kendall_tau(np.array(accuracies), standings) > 0.65
    assert abs(standings.mean()) < 0.5 and 0.5 < standings.std() < 1.5
    assert np.abs(model.accuracies(unseen) - accuracies).mean() < 0.015


def test_equal_accuracies_are_what_is_expected(shipped):
    networks, template = shipped
    model = KnownNetworks(dict.fromkeys(list(networks)[:8], 0.5), template)
    assert model.accuracies(list(networks)[8:12]) == pytest.approx(0.5)


@settings(deadline=None)
@given(genotypes(max_blocks=8, max_cells=2), st.integers(1, 6))
def test_views_hold_every_block_at_its_place_and_with_its_width(genotype, blocks):
    count = len(genotype.blocks)
    views = network_views(genotype, blocks)
    assert all(len(view.blocks) == blocks for view in views)
    if count == blocks:
        assert views == [genotype]
    seen = {pair for view in views for pair in zip(view.blocks, view.widths, strict=True)}
    own = list(zip(genotype.blocks, genotype.widths, strict=True))
    assert seen == set(own) if count >= blocks else seen <= set(own)
    for view in views:
        places = [own.index(pair) for pair in zip(view.blocks, view.widths, strict=True)]
        if len(set(own)) == count:
            assert places == sorted(places)


def test_networks_of_more_blocks_stand_where_those_of_their_blocks_do(half):
    model, _ = half
    small = [from_string(f"3x{cells}") for cells in ("0c3+0d3=", "0mp+0mp=", "0d5:0f7=,1c3+0d3=")]
    large = [from_string(f"5x{cells}") for cells in ("0c3+0d3=", "0mp+0mp=", "0d5:0f7=,1c3+0d3=")]
    assert model.standings(large) == pytest.approx(model.standings(small))
    changed = from_string("/".join([*["0c3+0d3="] * 4, "0mp+0mp="]))
    assert model.standings([changed])[0] != pytest.approx(model.standings(large[:1])[0])
