"""Equation 4 as one value: what the candidates of a round are scored by.

Source: the paper, section 3.3, Equation 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from memnas_tf.metric import (
    Measurement,
    Spread,
    median_measurement,
    memory_efficiency,
    memory_terms,
)


@dataclass(frozen=True)
class MemoryEfficiency:
    """Score candidates by their accuracy and their memory beside those of their base.

    Attributes:
        base: The base's measurement; None in the first round, in which the median of those that
            are compared stands in for it.
        tradeoff: The paper's lambda: 0 for memory alone, 1 for accuracy alone.
        metric: The variant of Equation 4, one of `memnas_tf.metric.METRICS`.
        spread: The range of both memories over all candidates of the round, trained or not.
    """

    base: Measurement | None
    tradeoff: float
    metric: str
    spread: Spread

    def scores(self, measured: Sequence[Measurement]) -> list[float]:
        """Score candidates that were measured.

        Args:
            measured: The candidates.

        Returns:
            One value each, the higher the better.
        """
        return memory_efficiency(
            measured, self._reference(measured), self.tradeoff, self.metric, self.spread
        )

    def memory_terms(self, candidates: Sequence[Measurement]) -> list[float]:
        """Compute what of the scores is known before anything is trained.

        Args:
            candidates: The candidates; their accuracy is not looked at.

        Returns:
            One value each: its score if it were as accurate as the base.
        """
        reference = self._reference(candidates)
        return memory_terms(candidates, reference, self.tradeoff, self.metric, self.spread)

    def _reference(self, compared: Sequence[Measurement]) -> Measurement:
        return self.base or median_measurement(compared)
