"""The mean of a few results, and how far it can be trusted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from scipy.stats import t as student_t

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean and its confidence interval.

    Attributes:
        count: How many values it is the mean of.
        mean: The mean.
        half_width: Half the width of the 95 % confidence interval; None of a single value.
    """

    count: int
    mean: float
    half_width: float | None


def mean_interval(values: Sequence[float]) -> Interval:
    """Estimate a mean by Student's t distribution.

    Args:
        values: Independent results, at least one.

    Returns:
        Their mean with its 95 % confidence interval.
    """
    count = len(values)
    if count < 2:
        return Interval(count, mean(values), None)
    quantile = float(student_t.ppf((1 + CONFIDENCE) / 2, count - 1))
    return Interval(count, mean(values), quantile * stdev(values) / math.sqrt(count))
