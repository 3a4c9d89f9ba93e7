"""Ctrl-C that stops between two steps.

Python raises KeyboardInterrupt wherever it happens to be, and where that is a callback of the
garbage collector it is lost. So the first Ctrl-C is only noted down, and a step looks for the note;
a second one interrupts at once.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 130  # the exit code that shells know


class Interrupts:
    """What Ctrl-C asked for."""

    def __init__(self) -> None:
        self._asked = False

    def check(self) -> None:
        """Stop here if Ctrl-C was pressed.

        Raises:
            KeyboardInterrupt: If it was.
        """
        if self._asked:
            raise KeyboardInterrupt

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note Ctrl-C down instead of interrupting, within the block."""

        def note(number: int, frame: FrameType | None) -> None:
            if self._asked:
                signal.default_int_handler(number, frame)
            self._asked = True

        before = signal.signal(signal.SIGINT, note)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
