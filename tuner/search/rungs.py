"""What rungs a search may have: numbers of epochs at which the better part goes on."""

from __future__ import annotations

from collections.abc import Sequence

from memnas_tf.errors import ConfigError


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
