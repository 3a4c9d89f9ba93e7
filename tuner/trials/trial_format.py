"""A trial's own file: KerasTuner's state of it with a version."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from keras_tuner.engine import trial as trial_module

TRIAL_FILE = "trial.json"
TRIAL_SCHEMA = 1


def trial_document(trial: trial_module.Trial) -> dict[str, Any]:
    """Return a trial as JSON can hold it."""
    return {"schema": TRIAL_SCHEMA, **trial.get_state()}


def load_trial(path: Path) -> trial_module.Trial:
    """Read what `trial_document` made.

    Args:
        path: The file.

    Returns:
        The trial.

    Raises:
        OSError: If there is no such file.
        ValueError: If it is damaged, or of another version.
    """
    document = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict) or document.get("schema") != TRIAL_SCHEMA:
        raise ValueError("it is of another version")
    try:
        return trial_module.Trial.from_state(document)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"something is missing: {error!r}") from error
