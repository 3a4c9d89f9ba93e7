"""What the library warns of, as a line for people."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from memnas_cli.views.terminal import echo


class _Lines(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        echo(f"warning: {record.getMessage()}", err=True)


@contextmanager
def shown_warnings() -> Iterator[None]:
    """Print warnings of `memnas_tf` to stderr within a block, once each, whatever else logs.

    Yields:
        Nothing.
    """
    logger = logging.getLogger("memnas_tf")
    lines, propagate = _Lines(logging.WARNING), logger.propagate
    logger.addHandler(lines)
    logger.propagate = False  # absl would print them as well
    try:
        yield
    finally:
        logger.propagate = propagate
        logger.removeHandler(lines)
