"""Memory efficiency: how much better a candidate is than the base of its round.

With `relative` each of accuracy, intermediate memory and parameter memory counts by its relative
change. With `scaled` each change is divided by that quantity's range over the round's candidates,
so that a percent of accuracy is not drowned by memory that changes by half at every move.

The memory terms enter with a minus sign: as printed, Equation 4 would reward a network for needing
more memory, while the text says that lambda = 0 minimises memory.

Source: the paper, section 3.3, Equation 4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import NamedTuple

from memnas_tf.errors import ConfigError
from memnas_tf.registry import Registry


class Measurement(NamedTuple):
    """What Equation 4 compares.

    Attributes:
        accuracy: Validation accuracy, 0 to 1, or another number of which more is better: a loss
            with a minus sign.
        intermediate_bytes: The largest memory of intermediate results.
        parameter_bytes: The memory of the parameters.
    """

    accuracy: float
    intermediate_bytes: float
    parameter_bytes: float


class Spread(NamedTuple):
    """How far apart the candidates of a round are: the largest value less the smallest.

    Attributes:
        intermediate_bytes: Of the memory of intermediate results.
        parameter_bytes: Of the memory of the parameters.
    """

    intermediate_bytes: float
    parameter_bytes: float


def spread(measured: Sequence[Measurement]) -> Spread:
    """Measure how far apart the memory of candidates is.

    Args:
        measured: The candidates, at least one; their accuracy is not looked at.

    Returns:
        The largest less the smallest, in bytes, of each memory.
    """
    _, *memory = zip(*measured, strict=True)
    return Spread(*(max(values) - min(values) for values in memory))


def relative(
    measured: Sequence[Measurement], base: Measurement, tradeoff: float, memory_spread: Spread
) -> list[float]:
    """Compute Equation 4 as it reads, memory counted against a candidate.

    Args:
        measured: The candidates that were trained.
        base: The network they were made from.
        tradeoff: The paper's lambda: 0 for memory alone, 1 for accuracy alone.
        memory_spread: Not used.

    Returns:
        One value per candidate; the base's own would be 0.
    """
    del memory_spread
    # What is better is more than the base also where the base is negative, as a loss is here.
    unit = base._replace(accuracy=abs(base.accuracy))
    return [
        tradeoff * accuracy - (1 - tradeoff) * (intermediate + parameters)
        for accuracy, intermediate, parameters in _changes(measured, base, unit)
    ]


def scaled(
    measured: Sequence[Measurement], base: Measurement, tradeoff: float, memory_spread: Spread
) -> list[float]:
    """Compute Equation 4 on changes divided by their range over the round's candidates.

    The memory term is the mean of the two memories, so that a tradeoff of 0.5 weighs accuracy
    and memory alike.

    Args:
        measured: The candidates that were trained.
        base: The network they were made from.
        tradeoff: The paper's lambda: 0 for memory alone, 1 for accuracy alone.
        memory_spread: The range of both memories over all candidates, trained or not.

    Returns:
        One value per candidate; the base's own would be 0.
    """
    accuracies = [candidate.accuracy for candidate in measured]
    unit = Measurement(max(accuracies) - min(accuracies), *memory_spread)
    return [
        tradeoff * accuracy - (1 - tradeoff) * (intermediate + parameters) / 2
        for accuracy, intermediate, parameters in _changes(measured, base, unit)
    ]


Metric = Callable[[Sequence[Measurement], Measurement, float, Spread], list[float]]


def _check(name: str, metric: Metric) -> None:
    if not callable(metric):
        raise ConfigError(f"{metric!r} is no metric; {name!r} must be a function as `scaled` is")


METRICS: Registry[Metric] = Registry("metric", {"scaled": scaled, "relative": relative}, _check)
DEFAULT_METRIC = "scaled"


def register_metric(name: str, metric: Metric) -> None:
    """Add a variant of Equation 4, for this process.

    Args:
        name: Its name.
        metric: A function of the same arguments as `scaled`; the higher its values the better.

    Raises:
        ConfigError: If the name is taken.
    """
    METRICS.register(name, metric)


def memory_efficiency(
    measured: Sequence[Measurement],
    base: Measurement | None,
    tradeoff: float = 0.5,
    metric: str = DEFAULT_METRIC,
    memory_spread: Spread | None = None,
) -> list[float]:
    """Score the candidates that a round has trained.

    Args:
        measured: The candidates.
        base: The network they were made from; None in the first round, which has none: the
            median of the candidates stands in for it.
        tradeoff: The paper's lambda: 0 for memory alone, 1 for accuracy alone.
        metric: "relative" or "scaled".
        memory_spread: The range of both memories over all candidates of the round, most of which
            may not have been trained; None to take that of `measured`.

    Returns:
        One value per candidate, the higher the better.

    Raises:
        ConfigError: If the tradeoff or the metric is not one.
    """
    check_tradeoff(tradeoff)
    equation = METRICS.require(metric)
    if not measured:
        return []
    if base is None:
        base = median_measurement(measured)
    return equation(measured, base, tradeoff, memory_spread or spread(measured))


def memory_terms(
    candidates: Sequence[Measurement],
    base: Measurement,
    tradeoff: float,
    metric: str,
    memory_spread: Spread,
) -> list[float]:
    """Compute what of Equation 4 is known before anything is trained: the memory terms.

    Args:
        candidates: The candidates; their accuracy is not looked at.
        base: The network they were made from.
        tradeoff: The paper's lambda.
        metric: "relative" or "scaled".
        memory_spread: The range of both memories over all candidates of the round.

    Returns:
        One value per candidate: its efficiency if it were as accurate as the base.
    """
    as_accurate = [candidate._replace(accuracy=base.accuracy) for candidate in candidates]
    return memory_efficiency(as_accurate, base, tradeoff, metric, memory_spread)


def median_measurement(measured: Sequence[Measurement]) -> Measurement:
    """Return the median of each quantity: what a first round's candidates are compared with.

    Args:
        measured: The candidates, at least one.

    Returns:
        The median accuracy, from 0 to 1, and the median of each memory, in bytes.
    """
    return Measurement(*map(median, zip(*measured, strict=True)))


def check_tradeoff(tradeoff: float) -> None:
    """Refuse a tradeoff outside 0 to 1.

    Raises:
        ConfigError: If it is.
    """
    if not 0 <= tradeoff <= 1:
        raise ConfigError(
            f"tradeoff is {tradeoff}; it must lie between 0 (memory alone) and 1 (accuracy alone)"
        )


def _changes(
    measured: Sequence[Measurement], base: Measurement, unit: Measurement
) -> Iterator[Measurement]:
    for candidate in measured:
        yield Measurement(
            *(
                # A quantity that does not vary ranks no candidate above another.
                (value - before) / size if size else 0.0
                for value, before, size in zip(candidate, base, unit, strict=True)
            )
        )
