"""Try a request again where that is safe and may help."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from serving.client.deadline import Deadline
from serving.client.failures import CallFailed

_Answer = TypeVar("_Answer")
# A prediction changes nothing on the server, so a request that may have arrived can be sent again.
_TRANSIENT = {"REFUSED", "UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED"}


@dataclass(frozen=True)
class RetryPolicy:
    """How often to try, and how long to wait in between.

    The wait doubles from attempt to attempt and is drawn at random between its half and its whole,
    so that clients that failed together do not come back together.

    Attributes:
        attempts: The most attempts, at least 1.
        first_wait: The wait after the first attempt, in seconds.
        longest_wait: The longest wait, in seconds.
    """

    attempts: int = 4
    first_wait: float = 0.2
    longest_wait: float = 5.0


def call_with_retries(
    call: Callable[[], _Answer], policy: RetryPolicy, deadline: Deadline
) -> _Answer:
    """Call until it succeeds, fails for good, or the policy or the deadline ends it.

    Args:
        call: One attempt.
        policy: How often.
        deadline: No attempt starts after it.

    Returns:
        What the call returns.

    Raises:
        CallFailed: What the last attempt raised, with the number of attempts.
    """
    attempt = 1
    while True:
        try:
            return call()
        except CallFailed as failure:
            failure.attempts = attempt
            wait = policy.first_wait * 2 ** (attempt - 1)
            wait = min(wait, policy.longest_wait) * random.uniform(0.5, 1)
            out_of_time = wait >= deadline.left()
            if failure.code not in _TRANSIENT or attempt >= policy.attempts or out_of_time:
                raise
        time.sleep(wait)
        attempt += 1
