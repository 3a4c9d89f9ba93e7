"""How good a ranking is, above all at its top: what a search trains is only that.

In all of them a higher target is a better candidate and a higher score a better rank, and of
equal values the one given earlier ranks first. "The true top k" are the k candidates with the
highest targets.

Source: the paper, section 4.5 and Table 3, which names AP@k and NDCG@k but defines neither.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import kendalltau

from memnas_tf.errors import ConfigError

Values = npt.ArrayLike


def average_precision_at_k(targets: Values, scores: Values, k: int) -> float:
    """Measure how many of the k candidates with the highest scores belong there, early ones more.

    AP@k = (1 / k) * sum over i = 1..k of P(i) * rel(i), where rel(i) is 1 if the candidate with
    the i-th highest score is in the true top k and else 0, and P(i) is the share of such
    candidates among the first i.

    Args:
        targets: The measured targets, of shape (candidates,).
        scores: The ranker's scores, of shape (candidates,).
        k: The length of the top, 1 to the number of candidates.

    Returns:
        0, for none of them, to 1, for exactly the true top k in any order.

    Raises:
        ConfigError: If k is out of its range, the lengths differ, or a value is NaN.
    """
    relevant = _true_ranks(targets, scores, k) < k
    precision = np.cumsum(relevant) / np.arange(1, k + 1)
    return float(np.sum(precision * relevant) / k)


def ndcg_at_k(targets: Values, scores: Values, k: int) -> float:
    """Measure how much of the very top of the true ranking comes early in the scored one.

    NDCG@k = DCG / IDCG, DCG = sum over i = 1..k of gain(i) / log2(i + 1), and IDCG is the DCG of
    the true ranking. The gain of the candidate with the i-th highest score is k minus its true
    rank, counted from 0, if that is in the true top k, and else 0.

    Args:
        targets: The measured targets, of shape (candidates,).
        scores: The ranker's scores, of shape (candidates,).
        k: The length of the top, 1 to the number of candidates.

    Returns:
        0, if none of the true top k is among the first k, to 1, for the true top k in order.

    Raises:
        ConfigError: If k is out of its range, the lengths differ, or a value is NaN.
    """
    gains = np.maximum(k - _true_ranks(targets, scores, k), 0)
    discounts = np.log2(np.arange(2, k + 2))
    ideal = np.arange(k, 0, -1)
    return float(np.sum(gains / discounts) / np.sum(ideal / discounts))


def precision_at_k(targets: Values, scores: Values, k: int) -> float:
    """Measure the share of the true top k among the k candidates with the highest scores.

    Args:
        targets: The measured targets, of shape (candidates,).
        scores: The ranker's scores, of shape (candidates,).
        k: The length of the top, 1 to the number of candidates.

    Returns:
        A share, 0 to 1.

    Raises:
        ConfigError: If k is out of its range, the lengths differ, or a value is NaN.
    """
    return float(np.mean(_true_ranks(targets, scores, k) < k))


def best_rank_at_k(targets: Values, scores: Values, k: int) -> int:
    """Find how good the best candidate is that training the k with the highest scores would find.

    Args:
        targets: The measured targets, of shape (candidates,).
        scores: The ranker's scores, of shape (candidates,).
        k: The length of the top, 1 to the number of candidates.

    Returns:
        Its true rank. 1 is the best of all candidates.

    Raises:
        ConfigError: If k is out of its range, the lengths differ, or a value is NaN.
    """
    return int(_true_ranks(targets, scores, k).min()) + 1


def kendall_tau(targets: Values, scores: Values) -> float:
    """Measure how far two orders agree over all pairs of candidates (tau-b).

    Args:
        targets: The measured targets, of shape (candidates,).
        scores: The ranker's scores, of shape (candidates,).

    Returns:
        -1, for opposite orders, to 1, for the same. 0 if either has one value throughout, which
        orders nothing.

    Raises:
        ConfigError: If there are fewer than two candidates, the lengths differ, or a value is
            NaN.
    """
    true, estimated = _checked(targets, scores)
    if len(true) < 2:
        raise ConfigError(f"{len(true)} candidates have no order; give two or more")
    if np.all(true == true[0]) or np.all(estimated == estimated[0]):
        return 0.0
    return float(kendalltau(true, estimated).statistic)


def _true_ranks(targets: Values, scores: Values, k: int) -> npt.NDArray[np.intp]:
    """Return the true ranks, counted from 0, of the k candidates with the highest scores."""
    true, estimated = _checked(targets, scores)
    if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= len(true):
        raise ConfigError(f"k is {k!r}; use a whole number from 1 to the {len(true)} candidates")
    ranks = np.empty(len(true), np.intp)
    ranks[_descending(true)] = np.arange(len(true))
    return ranks[_descending(estimated)[:k]]


def _descending(values: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    return np.argsort(-values, kind="stable")


def _checked(
    targets: Values, scores: Values
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    true, estimated = np.asarray(targets, np.float64), np.asarray(scores, np.float64)
    if true.ndim != 1 or true.shape != estimated.shape:
        raise ConfigError(
            f"targets of shape {true.shape} and scores of shape {estimated.shape}; give one score "
            "for each target"
        )
    for name, values in (("target", true), ("score", estimated)):
        if np.isnan(values).any():
            place = int(np.flatnonzero(np.isnan(values))[0])
            raise ConfigError(f"{name} {place} is NaN; leave out what was not measured")
    return true, estimated
