"""The contract that every ranker keeps."""

import random

import keras
import numpy as np
import pytest

from memnas_tf.errors import ConfigError
from tuner.ranking import RANKERS, LabelledRound, make_ranker
from tuner.ranking.metrics import kendall_tau


@pytest.fixture(scope="module", params=sorted(RANKERS))
def name(request):
    return request.param


@pytest.fixture(scope="module")
def cache():
    return {}


@pytest.fixture
def fitted(name, cache, label, sizes):
    """Return a ranker of seed 0 that has learned two rounds, the same one in all tests."""
    if name not in cache:
        cache[name] = make_ranker(name, **sizes, seed=0)
        cache[name].fit([label(30, 1), label(10, 2)])
    return cache[name]


def test_learns_a_simple_target(fitted, label):
    held_out = label(200, 3)
    assert kendall_tau(held_out.targets, fitted.score(held_out.genotypes)) > 0.5


def test_scores_have_the_targets_unit(fitted, label):
    held_out = label(200, 3)
    scores = fitted.score(held_out.genotypes)
    assert scores.shape == (200,)
    assert scores.dtype == np.float64
    assert abs(scores.mean() - np.mean(held_out.targets)) < 1


def test_seed_and_rounds_alone_decide(short, name, draw, label, sizes):
    candidates, rounds = draw(50, 4), [label(30, 1), label(10, 2)]
    first = make_ranker(name, **sizes, seed=0)
    first.fit(rounds)
    expected = first.score(candidates)
    keras.utils.set_random_seed(123)
    keras.layers.Dense(3)(keras.ops.ones((1, 2)))
    other = make_ranker(name, **sizes, seed=0)
    # What was learned before is forgotten.
    other.fit([label(12, 9)])
    assert not np.array_equal(other.score(candidates), expected)
    other.fit(rounds)
    keras.backend.clear_session()
    np.testing.assert_array_equal(other.score(candidates), expected)
    np.testing.assert_array_equal(first.score(candidates), expected)


def test_another_seed_scores_differently(short, name, draw, label, sizes):
    scores = []
    for seed in (0, 1):
        ranker = make_ranker(name, **sizes, seed=seed)
        ranker.fit([label(10, 1)])
        scores.append(ranker.score(draw(50, 4)))
    assert not np.allclose(*scores, atol=1e-3)


def test_global_state_is_left_alone(short, name, label, sizes):
    policy = keras.config.dtype_policy()
    before = random.getstate(), np.random.get_state()[1].tolist()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        ranker = make_ranker(name, **sizes, seed=0)
        ranker.fit([label(6, 1)])
        scores = ranker.score(label(5, 2).genotypes)
        assert keras.config.dtype_policy().name == "mixed_float16"
    finally:
        keras.config.set_dtype_policy(policy)
    assert np.isfinite(scores).all()
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before


def test_scores_stand_in_the_candidates_order(fitted, draw):
    candidates = draw(100, 5)
    scores = fitted.score(candidates)
    backwards = fitted.score(candidates[::-1])[::-1]
    assert kendall_tau(scores, backwards) > 0.8


def test_any_number_of_candidates_can_be_scored(fitted, draw):
    for count in (1, 2, 33):
        assert np.isfinite(fitted.score(draw(count, 6))).all()
    assert fitted.score([]).shape == (0,)


@pytest.mark.parametrize("counts", [(1,), (1, 0, 10)])
def test_learns_from_very_few_labels(short, name, counts, draw, label, sizes):
    ranker = make_ranker(name, **sizes, seed=0)
    ranker.fit([label(count, 7) for count in counts])
    assert np.isfinite(ranker.score(draw(5, 8))).all()


def test_the_same_target_throughout_is_what_it_expects(name, draw, sizes):
    ranker = make_ranker(name, **sizes, seed=0)
    ranker.fit([LabelledRound(draw(5, 1), (2.5,) * 5)])
    np.testing.assert_allclose(ranker.score(draw(5, 1)), 2.5, atol=0.5)


def test_nothing_learned_is_refused(name, draw, sizes):
    ranker = make_ranker(name, **sizes, seed=0)
    with pytest.raises(ConfigError, match="call fit first"):
        ranker.score(draw(1, 1))
    for rounds in ([], [LabelledRound((), ())]):
        with pytest.raises(ConfigError, match="0 trained candidates"):
            ranker.fit(rounds)


def test_candidates_of_another_size_are_refused(name, label, sizes):
    with pytest.raises(ConfigError, match="3 blocks, but this ranker was made for 5"):
        make_ranker(name, **{**sizes, "blocks": 5}, seed=0).fit([label(3, 1)])
    with pytest.raises(ConfigError, match="4 cells in a block, but this ranker was made for 2"):
        make_ranker(name, **{**sizes, "max_cells": 2}, seed=0).fit([label(30, 1)])


@pytest.mark.parametrize("bad", [{"max_cells": 0}, {"blocks": 0}, {"seed": -1}, {"seed": 1.5}])
def test_settings_out_of_range_are_refused(name, bad, sizes):
    (key,) = bad
    with pytest.raises(ConfigError, match=f"{key} is {bad[key]!r}"):
        make_ranker(name, **{**sizes, "seed": 0, **bad})


def test_an_unknown_ranker_is_refused(sizes):
    with pytest.raises(ConfigError, match=r"unknown ranker 'bert'; use one of ridge-trees, scc"):
        make_ranker("bert", **sizes, seed=0)
