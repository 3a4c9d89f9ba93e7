"""How well the ranker foresaw each round.

Only the candidates that it put on top were trained, so this is about their order among each other,
not about what it left out.

Source: the paper, section 4.5 and Table 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuner.ranking.metrics import average_precision_at_k, kendall_tau, ndcg_at_k
from tuner.search.rounds import Round

LARGEST_K = 50  # the paper's smaller one


@dataclass(frozen=True)
class RankingQuality:
    """What the ranker expected of the trained candidates of a round, and what came.

    Attributes:
        number: The round's number.
        predicted: The efficiency that the ranker expected of each.
        measured: Their efficiency.
        k: The length of the top that `ap` and `ndcg` look at: half of the candidates, at most 50.
        ap: AP@k.
        ndcg: NDCG@k.
        tau: Kendall's tau.
    """

    number: int
    predicted: tuple[float, ...]
    measured: tuple[float, ...]
    k: int
    ap: float
    ndcg: float
    tau: float


def ranking_quality(rounds: Sequence[Round]) -> list[RankingQuality]:
    """Compare the expected and the measured efficiency of the candidates of each round.

    Args:
        rounds: The rounds of a search.

    Returns:
        One entry for each round that is over, was ranked, and has two results or more.
    """
    return [quality for entry in rounds if (quality := _quality(entry)) is not None]


def _quality(entry: Round) -> RankingQuality | None:
    pairs = [
        (trial.predicted, trial.efficiency)
        for trial in entry.trials
        if trial.predicted is not None and trial.efficiency is not None
    ]
    if len(pairs) < 2:
        return None
    predicted, measured = zip(*pairs, strict=True)
    k = min(LARGEST_K, len(pairs) // 2)
    return RankingQuality(
        number=entry.number,
        predicted=predicted,
        measured=measured,
        k=k,
        ap=average_precision_at_k(measured, predicted, k),
        ndcg=ndcg_at_k(measured, predicted, k),
        tau=kendall_tau(measured, predicted),
    )
