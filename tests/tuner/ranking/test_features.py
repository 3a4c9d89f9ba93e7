import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memnas_tf.errors import GenotypeError
from memnas_tf.genotype import Genotype, canonical, from_string
from memnas_tf.memory.parameters import parameter_count
from memnas_tf.template import cifar_template, imagenet_template
from tests.tuner.ranking.conftest import random_genotypes
from tuner.ranking.features import block_features, pattern_features, trend_features

TEMPLATE = cifar_template((32, 32, 3), 10, 16)


def test_a_block_is_counted():
    (block, *_) = from_string("5x0d3+0f7,1ap:0d5=,1mp+2mp=").blocks
    assert block_features(block) == {
        "cells": 3,
        "sum, inner": 1,
        "concat, output": 1,
        "sum, output": 1,
        "operation d3": 1,
        "operation f7": 1,
        "operation ap": 1,
        "operation d5": 1,
        "operation mp": 2,
        "reads input d3": 1,
        "reads input f7": 1,
        "reads input d5": 1,
        "reads cell ap": 1,
        "reads cell mp": 2,
        "d3 beside f7": 1,
        "ap beside d5": 1,
        "mp beside mp": 1,
        "d3 then ap": 1,
        "f7 then ap": 1,
        "d3 then mp": 1,
        "f7 then mp": 1,
        "ap then mp": 1,
        "d5 then mp": 1,
        "shortest path": 1,  # d5 of the second cell
        "longest path": 3,
        "shortest path, rectifiers": 1,
        "longest path, rectifiers": 3,  # f7 has three
        "mean path": 2.5,
    }


def test_a_trend_is_of_logarithms_and_shortest_paths():
    genotype = from_string("5x0d3+0d3=,1ap+1ap=")
    trend = trend_features(genotype, TEMPLATE)
    assert trend["operation d3"] == math.log1p(10)
    assert trend["block 5: shortest path"] == 1
    assert trend["log parameters"] < math.log(parameter_count(genotype, TEMPLATE))
    wide = trend_features(genotype, replace(TEMPLATE, filters=(32,) * 5))
    changed = {name for name in trend if trend[name] != wide[name]}
    assert changed == {"log parameters", "log work"}


def test_patterns_are_of_the_whole_network_and_of_each_block():
    patterns = pattern_features(from_string("/".join(["0d3+0d3="] * 4 + ["0mp+0ap="])), TEMPLATE)
    assert patterns["operation d3"] == 8
    assert patterns["block 4: operation d3"] == 2
    assert patterns["block 5: reads input mp"] == 1
    assert "block 5: operation d3" not in patterns
    assert "block 5: ap beside mp" not in patterns
    assert patterns["ap beside mp"] == 1


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_how_a_network_is_written_changes_nothing(seed):
    (genotype,) = random_genotypes(1, seed)
    template = cifar_template((32, 32, 3), 10, 16, len(genotype.blocks))
    for describe in (trend_features, pattern_features):
        assert describe(canonical(genotype), template) == pytest.approx(
            describe(genotype, template)
        )


def test_a_template_may_have_more_blocks_than_the_genotype():
    patterns = pattern_features(from_string("5x0d3+0d3="), imagenet_template())
    assert patterns["operation d3"] == 10
    assert patterns["log parameters"] > 10


def test_a_network_that_cannot_be_built_is_refused():
    for describe in (trend_features, pattern_features):
        with pytest.raises(GenotypeError, match="block 1 has no output"):
            describe(Genotype.empty(5), TEMPLATE)
