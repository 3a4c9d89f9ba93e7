"""The command `memnas` in a process that it starts itself."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence

FRESH_PROCESS = 75  # what a process ends with whose memory ran out: a new one is to go on


def memnas_command(arguments: Sequence[str]) -> list[str]:
    """Return the command line of a process that runs `memnas` as this one does.

    Args:
        arguments: What follows `memnas`.

    Returns:
        The program and its arguments.
    """
    # Of the same modules: `-m` and `-c` would look for them in the working directory first.
    start = (
        f"import sys; sys.path[:] = {sys.path!r}; "
        "from memnas_cli.main import main; main(prog_name='memnas')"
    )
    return [sys.executable, "-c", start, *arguments]


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
