"""What becomes of a candidate that fails: a line for people, and the traceback in a file."""

from __future__ import annotations

import math
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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


def check_finite(metrics: Mapping[str, Any], objective: str, when: str) -> None:
    """Refuse to go on with a candidate whose loss or objective is no number any more.

    Args:
        metrics: Metrics by name; one that is missing is let pass.
        objective: The objective's name.
        when: When they were measured, for people.

    Raises:
        FloatingPointError: If one is infinite or not a number.
    """
    for name in ("loss", objective):
        value = metrics.get(name)
        if value is not None and not math.isfinite(value):
            raise FloatingPointError(f"{name} is {float(value)} {when}")
