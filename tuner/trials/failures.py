"""What becomes of a candidate that fails: a line for people, and the traceback in a file."""

from __future__ import annotations

import traceback
from pathlib import Path

from memnas_tf.files import write_text
from tuner.trials.trial_files import ERROR_FILE

_LONGEST = 300


def record_failure(error: Exception, directory: Path) -> str:
    """Write an error's traceback into a trial's directory.

    Args:
        error: What the trial failed with.
        directory: The trial's directory.

    Returns:
        One line that says what happened, and in which file to read on.
    """
    write_text(directory / ERROR_FILE, "".join(traceback.format_exception(error)))
    text = next(iter(str(error).strip().splitlines()), "")
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}..."
    return f"{type(error).__name__}: {text} (see {directory.name}/{ERROR_FILE})"
