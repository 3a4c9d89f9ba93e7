"""The instant at which a call has to be over, whatever it is doing then."""

from __future__ import annotations

import math
import time

from memnas_tf.errors import ServingError
from serving.client.failures import CallFailed

LONGEST = 86_400.0  # seconds; sockets do not take any number


class Deadline:
    """An instant, a number of seconds from now.

    Args:
        seconds: The seconds.

    Attributes:
        seconds: The seconds, for people.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left, 0 at least."""
        return max(0.0, self._end - time.monotonic())

    def require(self) -> float:
        """Return the seconds that are left.

        Raises:
            CallFailed: If there are none.
        """
        left = self.left()
        if left <= 0:
            raise CallFailed("DEADLINE_EXCEEDED", f"{self.seconds:g} s are over")
        return left


def check_timeout(seconds: float) -> float:
    """Refuse a timeout that is none.

    Args:
        seconds: The timeout.

    Returns:
        The timeout.

    Raises:
        ServingError: If it is no number of seconds above 0 and up to a day.
    """
    if not (math.isfinite(seconds) and 0 < seconds <= LONGEST):
        raise ServingError(
            f"a timeout of {seconds!r} is none; give seconds above 0, {LONGEST:g} at most"
        )
    return seconds
