"""The command `memnas` in a process that it starts itself."""

from __future__ import annotations

import sys
from collections.abc import Sequence


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
