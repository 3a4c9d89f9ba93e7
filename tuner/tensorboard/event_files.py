"""Event files, which TensorBoard reads: one that grows, and ones that are whole or not there.

TensorBoard takes every file for one whose name has "tfevents" in it, and reads those of a run in
the order of their names.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

from memnas_tf.files import write_bytes
from tuner.tensorboard.values import Value

_VERSION = "brain.Event:2"


class GrowingFile:
    """An event file that values are added to while others read it.

    A kill may cut the last value off, and nothing after that would be read. So training that goes
    on begins a new file with what there was, which takes the place of the one before; and whoever
    reads along is told to begin anew.

    Args:
        run: The run's folder, which is made.
        name: What tells the file from others, in the order in which they are to be read.
        past: Steps that are over: their numbers, when they ended in seconds since 1970, and their
            values.
    """

    def __init__(
        self, run: Path, name: str, past: Iterable[tuple[int, float, list[Value]]]
    ) -> None:
        run.mkdir(parents=True, exist_ok=True)
        before = list(run.glob(event_path(run, f"{name}.*").name))
        path = event_path(run, f"{name}.{time.time_ns()}.{os.getpid()}")
        self._file = path.open("xb")
        self._writer = RecordWriter(self._file)
        start = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
        _write(self._writer, file_version=_VERSION)
        _write(self._writer, step=0, session_log=start)
        for step, wall_time, values in past:
            summary = summary_pb2.Summary(value=values)
            _write(self._writer, wall_time=wall_time, step=step, summary=summary)
        self._file.flush()
        for old in before:
            old.unlink(missing_ok=True)

    def add(self, step: int, values: Iterable[Value]) -> None:
        """Write values of a step, for readers to see at once."""
        _write(self._writer, step=step, summary=summary_pb2.Summary(value=values))
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


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
    content = io.BytesIO()
    writer = RecordWriter(content)
    _write(writer, file_version=_VERSION)
    _write(writer, step=step, summary=summary_pb2.Summary(value=values))
    # TensorBoard reads whatever has `tfevents` in its name.
    write_bytes(event_path(run, name), content.getvalue(), told=name)


def _write(writer: RecordWriter, **event: Any) -> None:
    writer.write(event_pb2.Event(**{"wall_time": time.time(), **event}).SerializeToString())
