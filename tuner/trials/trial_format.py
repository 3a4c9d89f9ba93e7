"""A trial's own file: KerasTuner's state of it with a version."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from keras_tuner.engine import trial as trial_module

from memnas_tf.documents import decode, read_document
from memnas_tf.errors import DocumentError
from tuner.keras_tuner_state import TrialState

TRIAL_FILE = "trial.json"
TRIAL_SCHEMA = 2


def trial_document(trial: trial_module.Trial) -> dict[str, Any]:
    """Return a trial as JSON can hold it, None for numbers that are none."""
    state = trial.get_state()
    _replace_values(state, lambda value: value if math.isfinite(value) else None)
    return {"schema": TRIAL_SCHEMA, **state}


def load_trial(path: Path, trial_id: str) -> trial_module.Trial:
    """Read what `trial_document` made.

    Args:
        path: The file.
        trial_id: Whose it is.

    Returns:
        The trial.

    Raises:
        MissingDocumentError: If there is no such file.
        DocumentError: If it is damaged, or of another trial or version.
        OSError: If the disk or the system fails.
    """
    state = read_document(path)
    if state.pop("schema", None) != TRIAL_SCHEMA:
        raise DocumentError(path, "it is of another version")
    try:
        if decode(TrialState, state).trial_id != trial_id:
            raise ValueError(f"it is of trial {state['trial_id']!r}")
        _replace_values(state, lambda value: math.nan if value is None else value)
        return trial_module.Trial.from_state(state)
    except Exception as error:  # of values that are none of its own KerasTuner raises anything
        raise DocumentError(path, str(error)) from error


def _replace_values(state: dict[str, Any], replace: Callable[[Any], Any]) -> None:
    for metric in state["metrics"]["metrics"].values():
        for observation in metric["observations"]:
            observation["value"] = list(map(replace, observation["value"]))
