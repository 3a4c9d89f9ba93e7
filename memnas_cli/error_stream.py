"""What a process writes to its standard error: handed on, and its end remembered."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

from memnas_cli.views.terminal import printable

_REMEMBERED_BYTES = 4096
_CHUNK = 1 << 14
_LINES = 8


class ErrorStream:
    """Hand on what a process writes, and keep the end of it.

    Attributes:
        writer: The descriptor that the process is to write to.
    """

    def __init__(self) -> None:
        self._reader, self.writer = os.pipe()
        self._end = b""
        self._thread = threading.Thread(target=self._hand_on, daemon=True, name="standard error")
        self._thread.start()

    def __enter__(self) -> ErrorStream:
        return self

    def __exit__(self, *error: object) -> None:
        self.close_writer()

    def close_writer(self) -> None:
        """Leave the writing to the process, at whose end the stream then ends."""
        if self.writer >= 0:
            os.close(self.writer)
            self.writer = -1

    def last_lines(self, seconds: float = 1.0) -> list[str]:
        """Return the last lines, as text.

        Args:
            seconds: How long to wait for the end; a process that it started may hold it open.
        """
        self._thread.join(seconds)
        text = self._end.decode("utf-8", "replace")
        return [printable(line, keep="\t") for line in text.splitlines() if line.strip()][-_LINES:]

    def _hand_on(self) -> None:
        with open(self._reader, "rb", buffering=0) as pipe:
            while chunk := pipe.read(_CHUNK):
                self._end = (self._end + chunk)[-_REMEMBERED_BYTES:]
                with contextlib.suppress(OSError, ValueError):  # nobody reads on, or it is closed
                    sys.stderr.buffer.write(chunk)
                    sys.stderr.buffer.flush()
