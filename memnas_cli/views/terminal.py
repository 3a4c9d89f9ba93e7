"""The way to the terminal: what is not ours reaches it as text, never as a command.

Names of classes, files, projects and moves, and what servers answer, may come from anyone. Control
characters in them, which could move the cursor or rewrite what stands there, are shown escaped,
and square brackets are no markup.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
import unicodedata
from collections.abc import Iterable
from types import TracebackType
from typing import Any

import click
import rich.console
from rich.console import ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.status import Status
from rich.text import Text

_LINE_BREAKS, _TAB = "\n", "\t"
# Characters that break a line elsewhere, and those that turn the direction of what follows.
_MISLEADING = frozenset("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LONE_BYTES = range(0xDC80, 0xDD00)  # how Python keeps a byte of a name that is no UTF-8


def printable(text: str, keep: str = _LINE_BREAKS + _TAB) -> str:
    r"""Escape what a terminal would not show as text.

    Args:
        text: Any text.
        keep: Control characters that are ours.

    Returns:
        The text with `\x1b` and the like in place of control characters.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character, keep) for character in text)


def echo(*lines: str, err: bool = False) -> None:
    """Print lines.

    Args:
        *lines: The lines; a line break in one is escaped.
        err: Whether they go to stderr.
    """
    for line in lines:
        click.echo(printable(line, keep=_TAB), err=err)


def echo_json(value: Any) -> None:
    """Print a value as JSON, in ASCII.

    Args:
        value: What JSON can hold.
    """
    click.echo(json.dumps(value, indent=1))


class Console(rich.console.Console):
    """Rich's console without markup, and without control characters but its own.

    Args:
        **settings: Of Rich's console.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"markup": False, "emoji": False, "highlight": False, **settings})

    def say(self, line: str) -> None:
        """Print one line, however long; a line break in it is escaped."""
        self.print(Text(printable(line, keep=_TAB)), soft_wrap=True)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Render as Rich does, all text made printable."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else printable(text), style, control)

    def status(self, status: RenderableType, **settings: Any) -> Status:
        """Show what is under way, as plain text."""
        return _PlainStatus(status, console=self, **settings)


class _PlainStatus(Status):
    def __init__(self, status: RenderableType, **settings: Any) -> None:
        super().__init__(_plain(status), **settings)

    def update(self, status: RenderableType | None = None, **settings: Any) -> None:
        super().update(None if status is None else _plain(status), **settings)


class _PrintableRecord(logging.LogRecord):
    def getMessage(self) -> str:
        return printable(super().getMessage())


def prepare_streams() -> None:
    """Let stdout and stderr take any name, and let logs and tracebacks be text."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # what an encoding lacks is shown by its number
            stream.reconfigure(errors="backslashreplace")
    logging.setLogRecordFactory(_PrintableRecord)  # whichever handler prints them
    sys.excepthook = _print_traceback


def give_up_output() -> None:
    """Give up what stdout does not take: Python would try again at its end, and fail."""
    try:
        sys.stdout.flush()
    except OSError:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())


def _print_traceback(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    sys.stderr.write(printable("".join(traceback.format_exception(kind, error, trace))))


def _plain(text: RenderableType) -> RenderableType:
    return Text(text) if isinstance(text, str) else text  # Rich takes text here for markup


def _shown(character: str, keep: str) -> str:
    number = ord(character)
    if number in _LONE_BYTES:
        return f"\\x{number - 0xDC00:02x}"
    if character in keep or not _is_control(character):
        return character
    return character.encode("unicode_escape", "surrogatepass").decode()


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") or character in _MISLEADING
