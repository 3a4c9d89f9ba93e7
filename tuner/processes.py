"""How the processes of a search end."""

from __future__ import annotations

import signal

FRESH_PROCESS = 75  # what a process ends with whose memory ran out: a new one is to go on


def fate_of(code: int) -> str:
    """Tell people how a process ended.

    Args:
        code: Its exit code; of one that a signal ended, the signal's negative number.

    Returns:
        A piece of a sentence.
    """
    if code >= 0:
        return f"ended with {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
