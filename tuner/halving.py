"""Successive halving: at a rung, the better part of a round's candidates goes on training.

All candidates of a round train to the first rung and pause there. One in `reduction_factor` goes on
from where it paused to the next rung or, after the last one, to the end; the others are stopped.

Source: Jamieson and Talwalkar, "Non-stochastic Best Arm Identification", AISTATS 2016.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from memnas_tf.errors import ConfigError
from memnas_tf.metric import Measurement, median_measurement, memory_efficiency
from tuner.rounds import PAUSED, PLANNED, RUNNING, STOPPED, PlannedTrial, Round

DEFAULT_REDUCTION_FACTOR = 4


def check_rungs(rungs: Sequence[int], reduction_factor: int) -> None:
    """Refuse rungs that are none.

    Args:
        rungs: Numbers of epochs.
        reduction_factor: One of so many candidates goes on at a rung.

    Raises:
        ConfigError: If they do not ascend from at least 1, or the factor is below 2.
    """
    whole = all(isinstance(rung, int) and not isinstance(rung, bool) for rung in rungs)
    if not whole or any(b <= a for a, b in zip([0, *rungs], rungs, strict=False)):
        raise ConfigError(
            f"rungs are {', '.join(map(repr, rungs))}; they must be whole numbers of epochs, at "
            "least 1, in ascending order"
        )
    if isinstance(reduction_factor, bool) or not isinstance(reduction_factor, int):
        raise ConfigError(f"reduction_factor is {reduction_factor!r}; it must be a whole number")
    if reduction_factor < 2:
        raise ConfigError(f"reduction_factor is {reduction_factor}; it must be at least 2")


def check_rungs_end(rungs: Sequence[int], epochs: int | None) -> None:
    """Refuse a last rung at which training is over.

    Args:
        rungs: Numbers of epochs, ascending.
        epochs: The number of epochs of a trial; None if it is not known.

    Raises:
        ConfigError: If there are no epochs left after the last rung.
    """
    if rungs and epochs is not None and rungs[-1] >= epochs:
        raise ConfigError(
            f"the last rung is {rungs[-1]} epochs, and a trial trains for {epochs}; choose rungs "
            "below that"
        )


def pause(trial: PlannedTrial, quality: float) -> None:
    """Note what a trial came to at the rung that it has trained to.

    Args:
        trial: The trial.
        quality: The best that it has reported so far, of which more is better.
    """
    trial.status, trial.quality = PAUSED, quality
    trial.rung_qualities.append(quality)


def leave_rung(
    entry: Round,
    rungs: Sequence[int],
    reduction_factor: int,
    base: Measurement | None,
    tradeoff: float,
    metric: str,
) -> list[PlannedTrial]:
    """Decide at a rung who goes on, once all trials of a round have reached it or failed.

    Args:
        entry: The round.
        rungs: Numbers of epochs, ascending.
        reduction_factor: One of so many goes on, rounded up.
        base: The base's measurement; None in the first round.
        tradeoff: The paper's lambda.
        metric: The variant of Equation 4.

    Returns:
        The trials that go on, in the order they were planned in; they are "running" now, the others
        "stopped". None where somebody is still on the way to the rung.
    """
    paused = [trial for trial in entry.trials if trial.status == PAUSED]
    if not paused or any(trial.status in (PLANNED, RUNNING) for trial in entry.trials):
        return []
    measured = [trial.measurement for trial in paused]
    reference = base or median_measurement(measured)
    scores = memory_efficiency(measured, reference, tradeoff, metric, entry.memory_spread)
    order = sorted(range(len(paused)), key=lambda position: -scores[position])
    going_on = set(order[: math.ceil(len(paused) / reduction_factor)])
    for position, trial in enumerate(paused):
        if position in going_on:
            passed = len(trial.rung_qualities)
            trial.until_epoch = rungs[passed] if passed < len(rungs) else None
            trial.status = RUNNING
        else:
            trial.status = STOPPED
    return [trial for trial in paused if trial.status == RUNNING]
