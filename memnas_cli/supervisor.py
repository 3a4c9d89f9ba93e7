"""A search in a process of its own, which is started again where a trial has ended it.

A trial runs native code, whose faults end a process before Python can tell of them; so does a
system that is short of memory. The process that the user started trains nothing, and lives on.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import click

from memnas_cli.error_stream import ErrorStream
from memnas_cli.own_process import memnas_command
from memnas_cli.views.terminal import Console, echo
from memnas_tf.interrupts import INTERRUPTED
from tuner.processes import FRESH_PROCESS, fate_of
from tuner.supervised import SUPERVISED, TERMINAL
from tuner.trials.crashes import note_crash

WATCHED = object()  # what a command's context holds that is to be watched over
_MOST_WITHOUT_TRIAL = 2
# Someone wants the process to end: the terminal, the system, or a person.
WISHES = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def is_watched() -> bool:
    """Tell whether a person runs the command, and not a program its function in its own process."""
    return click.get_current_context().obj is WATCHED


class Supervisor:
    """Run a search in a process of its own until it ends otherwise than by a crash.

    Args:
        course: Where the course of the search is told.
    """

    def __init__(self, course: Console) -> None:
        self._course = course
        self._process: subprocess.Popen[bytes] | None = None
        self._wish: signal.Signals | None = None

    def run(self, first: Sequence[str], again: Sequence[str]) -> int:
        """Run a search to its end.

        Args:
            first: What follows `memnas` on the command line.
            again: What follows it to go on with the search.

        Returns:
            The exit code.

        Raises:
            click.ClickException: If the process ends again and again and no trial is the cause.
        """
        arguments, without_trial = first, 0
        with tempfile.TemporaryFile() as note, self._signals_handed_on():
            while True:
                code, lines = self._run_once(arguments, note.fileno())
                if self._wish or -code in WISHES:
                    return self._end_as_wished(code)
                if code >= 0 and code != FRESH_PROCESS:
                    return code
                trial = os.pread(note.fileno(), 1 << 16, 0)
                os.ftruncate(note.fileno(), 0)
                self._clean_up_terminal()
                without_trial = 0 if trial else without_trial + 1
                if without_trial == _MOST_WITHOUT_TRIAL:
                    raise click.ClickException(
                        f"the process of the search {fate_of(code)}, for the second time while no "
                        f"trial was trained{': ' if lines else ''}{' / '.join(lines)}"
                    )
                self._tell(Path(os.fsdecode(trial)) if trial else None, code, lines)
                arguments = again

    def _run_once(self, arguments: Sequence[str], note: int) -> tuple[int, list[str]]:
        environment = {**os.environ, SUPERVISED: str(note)}
        if self._course.stderr and self._course.is_terminal:  # as it is no pipe, like the child's
            size = {"COLUMNS": str(self._course.width), "LINES": str(self._course.height)}
            environment.update({TERMINAL: "1", **size})
        with ErrorStream() as errors:
            process = subprocess.Popen(
                memnas_command(arguments),
                env=environment,
                stdin=subprocess.PIPE,  # whose end tells the process that this one is gone
                stderr=errors.writer,
                pass_fds=(note,),
                start_new_session=True,  # Ctrl-C comes here, and is handed on
            )
            errors.close_writer()
            with process:
                self._process = process
                if self._wish is not None:  # it came before there was a process
                    process.send_signal(self._wish)
                code = process.wait()
                self._process = None
            return code, errors.last_lines()

    def _tell(self, trial: Path | None, code: int, lines: list[str]) -> None:
        fate = "ran out of memory" if code == FRESH_PROCESS else fate_of(code)
        who = "the process of the search"
        if trial is not None:
            who = f"the process of {trial.name.replace('_', ' ')}"
            if code != FRESH_PROCESS:  # or the process itself has noted it down
                note_crash(trial, fate, lines)
        self._course.say(f"  {who} {fate}; going on in a new one")

    def _clean_up_terminal(self) -> None:
        if self._course.is_terminal:
            self._course.show_cursor()
            self._course.print()

    def _end_as_wished(self, code: int) -> int:
        if code >= 0:
            return code
        if -code == signal.SIGINT:
            echo("interrupted; the same command goes on from here", err=True)
            return INTERRUPTED
        self._clean_up_terminal()
        sys.stdout.flush()
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
        return 128 - code  # of a signal that does not end a process

    @contextmanager
    def _signals_handed_on(self) -> Iterator[None]:
        """Hand wishes to the process of the search, and stop and go on with it."""
        handlers = {**dict.fromkeys(WISHES, self._hand_on), signal.SIGTSTP: self._pause}
        before: dict[signal.Signals, Any] = {}
        for number, handler in handlers.items():
            # One started with nohup ignores some; Ctrl-C is wanted in a shell's background too.
            if number == signal.SIGINT or signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, handler)
        try:
            yield
        finally:
            for number in before:
                signal.signal(number, before[number])

    def _hand_on(self, number: int, frame: FrameType | None) -> None:
        self._wish = signal.Signals(number)
        if self._process is not None:
            self._process.send_signal(number)

    def _pause(self, number: int, frame: FrameType | None) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)
        os.kill(os.getpid(), signal.SIGSTOP)
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
