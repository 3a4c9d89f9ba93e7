"""What rungs a search may have: numbers of epochs at which the better part goes on."""

from __future__ import annotations

from collections.abc import Sequence

from memnas_tf.errors import ConfigError

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
