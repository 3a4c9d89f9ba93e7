"""The ranking metrics, against values worked by hand and what holds for every ranking."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from memnas_tf.errors import ConfigError
from tuner.ranking import metrics

AT_K = (
    metrics.average_precision_at_k,
    metrics.ndcg_at_k,
    metrics.precision_at_k,
    metrics.best_rank_at_k,
)

# Five candidates, best first. By score: the 2nd, the 4th, the 1st, the 5th, the 3rd.
TARGETS = [0.9, 0.7, 0.5, 0.3, 0.1]
SCORES = [3.0, 5.0, 1.0, 4.0, 2.0]


def test_average_precision_by_hand():
    # Relevant among the first three: 1, 0, 1. P(1) = 1, P(3) = 2/3.
    assert metrics.average_precision_at_k(TARGETS, SCORES, 3) == pytest.approx((1 + 2 / 3) / 3)


def test_ndcg_by_hand():
    # Gains 3, 2, 1 for the true top three: the first three by score gain 2, 0, 3.
    dcg = 2 / math.log2(2) + 0 + 3 / math.log2(4)
    ideal = 3 / math.log2(2) + 2 / math.log2(3) + 1 / math.log2(4)
    assert metrics.ndcg_at_k(TARGETS, SCORES, 3) == pytest.approx(dcg / ideal)


def test_precision_and_best_rank_by_hand():
    assert metrics.precision_at_k(TARGETS, SCORES, 3) == pytest.approx(2 / 3)
    assert metrics.best_rank_at_k(TARGETS, SCORES, 1) == 2
    assert metrics.best_rank_at_k(TARGETS, SCORES, 3) == 1


def test_kendall_tau_by_hand():
    # Of the ten pairs, (1, 2), (1, 4), (3, 4) and (3, 5) stand the wrong way round.
    assert metrics.kendall_tau(TARGETS, SCORES) == pytest.approx((6 - 4) / 10)


def test_one_candidate_is_ranked_perfectly():
    assert [metric([2.0], [5.0], 1) for metric in AT_K] == [1, 1, 1, 1]


def test_disjoint_tops_score_nothing():
    targets, scores = [4, 3, 2, 1], [1, 2, 3, 4]
    assert metrics.average_precision_at_k(targets, scores, 2) == 0
    assert metrics.ndcg_at_k(targets, scores, 2) == 0
    assert metrics.precision_at_k(targets, scores, 2) == 0
    assert metrics.best_rank_at_k(targets, scores, 2) == 3
    assert metrics.kendall_tau(targets, scores) == -1


def test_of_equal_values_the_earlier_ranks_first():
    assert metrics.best_rank_at_k([1, 2, 3], [0, 0, 0], 1) == 3
    assert metrics.best_rank_at_k([1, 1, 1], [0, 0, 1], 1) == 3
    assert metrics.precision_at_k([1, 1, 0], [0, 1, 1], 1) == 0


def test_what_orders_nothing_has_no_tau():
    assert metrics.kendall_tau([1, 2, 3], [7, 7, 7]) == 0
    assert metrics.kendall_tau([7, 7, 7], [1, 2, 3]) == 0


def test_infinite_scores_rank_at_the_ends():
    assert metrics.best_rank_at_k([1, 2, 3], [0, -math.inf, math.inf], 1) == 1


@st.composite
def rankings(draw):
    n = draw(st.integers(2, 30))
    targets = draw(st.permutations(range(n)))
    return targets, draw(st.permutations(range(n))), draw(st.integers(1, n))


@given(rankings())
def test_a_perfect_ranking_scores_one(ranking):
    targets, _, k = ranking
    assert [metric(targets, targets, k) for metric in AT_K] == pytest.approx([1, 1, 1, 1])
    assert metrics.kendall_tau(targets, targets) == pytest.approx(1)


@given(rankings())
def test_metrics_stay_in_range_and_agree_with_each_other(ranking):
    targets, scores, k = ranking
    ap, ndcg, precision, best = (metric(targets, scores, k) for metric in AT_K)
    assert 0 <= ap <= precision <= 1
    assert 0 <= ndcg <= 1 + 1e-12
    assert 1 <= best <= len(targets) - k + 1
    assert (best <= k) == (precision > 0)


@given(rankings())
def test_only_the_order_of_scores_counts(ranking):
    targets, scores, k = ranking
    stretched = np.exp(np.asarray(scores) / 10) - 5
    for metric in AT_K:
        assert metric(targets, stretched, k) == metric(targets, scores, k)


@given(rankings())
def test_ndcg_is_scikit_learns_with_these_gains(ranking):
    targets, scores, k = ranking
    gains = np.maximum(np.asarray(targets) - (len(targets) - 1 - k), 0)
    expected = ndcg_score([gains], [scores], k=k)
    assert metrics.ndcg_at_k(targets, scores, k) == pytest.approx(expected)


@pytest.mark.parametrize("metric", AT_K)
@pytest.mark.parametrize("k", [0, -1, 4, 1.5, True])
def test_a_k_out_of_range_is_refused(metric, k):
    with pytest.raises(ConfigError, match=r"from 1 to the 3 candidates"):
        metric([1, 2, 3], [1, 2, 3], k)


@pytest.mark.parametrize("metric", AT_K)
def test_bad_values_are_refused(metric):
    with pytest.raises(ConfigError, match=r"score 1 is NaN"):
        metric([1, 2], [1, math.nan], 1)
    with pytest.raises(ConfigError, match=r"target 0 is NaN"):
        metric([math.nan, 2], [1, 2], 1)
    with pytest.raises(ConfigError, match=r"shape \(2,\) and scores of shape \(3,\)"):
        metric([1, 2], [1, 2, 3], 1)


def test_kendall_tau_refuses_bad_values():
    with pytest.raises(ConfigError, match="two or more"):
        metrics.kendall_tau([1], [1])
    with pytest.raises(ConfigError, match="score 1 is NaN"):
        metrics.kendall_tau([1, 2], [1, math.nan])
    with pytest.raises(ConfigError, match="one score"):
        metrics.kendall_tau([1, 2], [1])
