"""Leases: who was heard of lately, and who is given up for dead."""

from __future__ import annotations

import time
from collections.abc import Callable

LEASE_SECONDS = 60.0
_IDLE_SECONDS = 10.0
_LONGEST_HEARTBEAT = 5.0


class Leases:
    """Leases by holder, each of which lasts for so long after it was renewed.

    Args:
        seconds: How long; None for ever.
        clock: Seconds on a clock that never goes back.
    """

    def __init__(self, seconds: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._renewed: dict[str, float] = {}

    def renew(self, holder: str) -> None:
        """Give a holder, known or new, a lease from now on."""
        self._renewed[holder] = self._clock()

    def drop(self, holder: str) -> None:
        """Forget a holder, if it has a lease."""
        self._renewed.pop(holder, None)

    def extend(self, seconds: float) -> None:
        """Lengthen all leases by a time in which nobody could have renewed one.

        Args:
            seconds: The time.
        """
        for holder in self._renewed:
            self._renewed[holder] += seconds

    def expired(self) -> list[str]:
        """Return the holders whose lease has run out, in order of age."""
        if self.seconds is None:
            return []
        latest = self._clock() - self.seconds
        late = [holder for holder, renewed in self._renewed.items() if renewed < latest]
        return sorted(late, key=self._renewed.__getitem__)


def idle_seconds(lease_seconds: float | None) -> float | None:
    """Return how long the lease of a worker lasts that waits, and asks several times a second.

    Args:
        lease_seconds: How long that of a worker lasts that trains.

    Returns:
        Seconds; None for ever.
    """
    return None if lease_seconds is None else min(_IDLE_SECONDS, lease_seconds)


def heartbeat_seconds(lease_seconds: float) -> float:
    """Return how often a worker that trains is heard of.

    Args:
        lease_seconds: How long its lease lasts.

    Returns:
        Seconds: several heartbeats may get lost before the lease does.
    """
    return min(_LONGEST_HEARTBEAT, lease_seconds / 6)
