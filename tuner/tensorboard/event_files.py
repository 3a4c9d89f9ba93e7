"""Event files, which TensorBoard reads: one that grows, and ones that are whole or not there.

TensorBoard takes every file for one whose name has "tfevents" in it, and reads those of a run in
the order of their names.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

from tuner.tensorboard.values import Value

_VERSION = "brain.Event:2"


class GrowingFile:
    """An event file that values are added to while others read it.

    Where training goes on, it is a new file, as a kill may have cut the last one off; and whoever
    reads it is told to drop what the run had from its first step on.

    Args:
        run: The run's folder.
        name: What tells the file from others, in the order in which they are to be read.
        first_step: The step of the first value.
    """

    def __init__(self, run: Path, name: str, first_step: int) -> None:
        run.mkdir(parents=True, exist_ok=True)
        goes_on = first_step > 0 or any(run.glob(event_path(run, f"{name}.*").name))
        path = event_path(run, f"{name}.{time.time_ns()}.{os.getpid()}")
        self._file = path.open("xb")
        self._writer = RecordWriter(self._file)
        self._write(event_pb2.Event(file_version=_VERSION))
        if goes_on:
            start = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
            self._write(event_pb2.Event(step=first_step, session_log=start))

    def add(self, step: int, values: Iterable[Value]) -> None:
        """Write values of a step, for readers to see at once."""
        self._write(event_pb2.Event(step=step, summary=summary_pb2.Summary(value=values)))
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, event: event_pb2.Event) -> None:
        event.wall_time = time.time()
        self._writer.write(event.SerializeToString())


def event_path(run: Path, name: str) -> Path:
    """Return an event file of a run.

    Args:
        run: The run's folder.
        name: What tells the file from others.

    Returns:
        The file.
    """
    return run / f"events.out.tfevents.{name}"


def write_whole(run: Path, name: str, values: Iterable[Value], step: int) -> None:
    """Write an event file with the values of one step, whole or not at all.

    Args:
        run: The run's folder, which is made.
        name: What tells the file from others.
        values: The values.
        step: The step.
    """
    run.mkdir(parents=True, exist_ok=True)
    temporary = _unfinished(run, name, str(os.getpid()))
    summary = summary_pb2.Summary(value=values)
    try:
        with temporary.open("wb") as file:
            writer = RecordWriter(file)
            now = time.time()
            for event in (
                event_pb2.Event(wall_time=now, file_version=_VERSION),
                event_pb2.Event(wall_time=now, step=step, summary=summary),
            ):
                writer.write(event.SerializeToString())
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, event_path(run, name))
    finally:
        temporary.unlink(missing_ok=True)


def remove_unfinished(run: Path, name: str) -> None:
    """Delete what a kill left of `write_whole`.

    Args:
        run: The run's folder, which need not exist.
        name: The name of a file that nobody else writes now.
    """
    for path in run.glob(_unfinished(run, name, "*").name):
        path.unlink(missing_ok=True)


def _unfinished(run: Path, name: str, process: str) -> Path:
    return run / f".{name}.{process}.unfinished"
