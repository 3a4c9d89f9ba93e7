"""Leases: who was heard of lately, and who is given up for dead."""

from __future__ import annotations

import time
from collections.abc import Callable

_IDLE_SECONDS = 10.0
_LONGEST_HEARTBEAT = 5.0


class Leases:
    """Leases by holder, each of which lasts for so long after it was renewed.

    Args:
        seconds: How long that of a holder lasts that trains; None for ever.
        clock: Seconds on a clock that never goes back.
    """

    def __init__(self, seconds: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._ends: dict[str, float] = {}

    def renew(self, holder: str, is_idle: bool = False) -> None:
        """Give a holder, known or new, a lease from now on.

        Args:
            holder: Its name.
            is_idle: Whether it waits, and asks several times a second.
        """
        if self.seconds is not None:
            seconds = min(_IDLE_SECONDS, self.seconds) if is_idle else self.seconds
            self._ends[holder] = self._clock() + seconds

    def drop(self, holder: str) -> None:
        """Forget a holder, if it has a lease."""
        self._ends.pop(holder, None)

    def extend(self, seconds: float) -> None:
        """Lengthen all leases by a time, in seconds, in which nobody could have renewed one."""
        for holder in self._ends:
            self._ends[holder] += seconds

    def expired(self) -> list[str]:
        """Return the holders whose lease has run out, in the order in which they did."""
        now = self._clock()
        late = [holder for holder, end in self._ends.items() if end < now]
        return sorted(late, key=self._ends.__getitem__)


def heartbeat_seconds(lease_seconds: float) -> float:
    """Return how often a worker that trains is heard of.

    Args:
        lease_seconds: How long its lease lasts.

    Returns:
        Seconds: several heartbeats may get lost before the lease does.
    """
    return min(_LONGEST_HEARTBEAT, lease_seconds / 6)
