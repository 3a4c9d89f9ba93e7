"""Trials that end the process which trains them, as whoever started it notes down.

Needs no TensorFlow.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from memnas_tf.files import write_text
from tuner.trials.trial_files import CRASH_FILES


def note_crash(directory: Path, fate: str, lines: Sequence[str] = ()) -> None:
    """Note down that the process which trained a trial ended.

    Args:
        directory: The trial's directory.
        fate: How it ended, such as "was ended by SIGSEGV".
        lines: The last lines that it wrote to its standard error.
    """
    free = (directory / name for name in CRASH_FILES)
    note = next((path for path in free if not path.exists()), None)
    if note is not None:
        write_text(note, "".join(f"{line}\n" for line in (fate, *lines)))


def crash_message(directory: Path) -> str | None:
    """Tell of a trial that is not to be tried again: one crash may be an accident, two are not.

    Args:
        directory: The trial's directory.

    Returns:
        What happened, in one line, and after it the last lines of each process; None if the trial
        may be tried.
    """
    notes = [directory / name for name in CRASH_FILES]
    if not all(note.is_file() for note in notes):
        return None
    texts = [note.read_text(encoding="utf-8", errors="replace").splitlines() for note in notes]
    (first, *lines), (second, *others) = (text or ["ended"] for text in texts)
    what = f"its process {first}, and the one that tried it again {second}"
    return "\n".join((what, *lines, *others))
