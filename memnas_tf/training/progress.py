"""How far a training has come, in one file that JSON and NumPy read without pickle."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from memnas_tf.files import whole_file

# What NumPy and JSON raise over a file that is cut, empty or something else.
_UNREADABLE = (
    *(OSError, EOFError, ValueError, KeyError, TypeError, AttributeError),
    zipfile.BadZipFile,
)
_STATE, _VARIABLE = "state", "variable_{:05d}"


@dataclass
class TrainingProgress:
    """The state of a training at the end of an epoch.

    Attributes:
        seed: The seed of the training under way.
        results: What a trial's earlier executions gave: metrics by name, one value per epoch.
        epochs: The epochs that are over, counted from 0.
        history: The metrics of each of them, by name.
        stopped: Whether a callback stopped the training at the last of them.
        callbacks: What each callback counts, by attribute.
        variables: The values of the variables of model and optimizer.
    """

    seed: int
    results: list[dict[str, list[float]]] = field(default_factory=list)
    epochs: list[int] = field(default_factory=list)
    history: dict[str, list[float]] = field(default_factory=dict)
    stopped: bool = False
    callbacks: list[dict[str, Any]] = field(default_factory=list)
    variables: list[npt.NDArray[Any]] = field(default_factory=list)

    @property
    def next_epoch(self) -> int:
        """The epoch to go on with, counted from 0."""
        return self.epochs[-1] + 1 if self.epochs else 0

    def save(self, path: Path) -> None:
        """Write the state atomically.

        Args:
            path: The file.
        """
        state = {name: value for name, value in vars(self).items() if name != "variables"}
        arrays = {_STATE: np.frombuffer(json.dumps(state).encode(), np.uint8)}
        arrays |= {_VARIABLE.format(i): value for i, value in enumerate(self.variables)}
        with whole_file(path) as temporary, temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)

    def take_from(self, model: keras.Model) -> None:
        """Keep the values of a model's variables and its optimizer's.

        Args:
            model: A built model.
        """
        self.variables = [keras.ops.convert_to_numpy(value) for value in _variables(model)]

    def give_to(self, model: keras.Model) -> bool:
        """Give a model the values that were kept.

        Args:
            model: A built and compiled model.

        Returns:
            Whether they fit. If not, the model is left as it is.
        """
        variables = _variables(model)
        if [tuple(v.shape) for v in variables] != [value.shape for value in self.variables]:
            return False
        for variable, value in zip(variables, self.variables, strict=True):
            # NumPy has no bfloat16 and gives its bytes back as they are.
            dtype = keras.ops.convert_to_numpy(variable).dtype
            variable.assign(value.view(dtype) if value.dtype.kind == "V" else value)
        return True


def load_progress(path: Path) -> TrainingProgress | None:
    """Read what `TrainingProgress.save` wrote.

    Args:
        path: The file.

    Returns:
        The state; None if there is none, or none that can be read.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            state = json.loads(arrays[_STATE].tobytes())
            names = sorted(set(arrays.files) - {_STATE})
            return TrainingProgress(**state, variables=[arrays[name] for name in names])
    except _UNREADABLE:
        return None


def _variables(model: keras.Model) -> list[Any]:
    """Return all that training changes, random states included; metrics start anew by epoch."""
    metrics = {id(variable) for variable in model.metrics_variables}
    variables = {id(v): v for v in model.variables if id(v) not in metrics}
    if model.optimizer is not None:
        variables.update({id(v): v for v in model.optimizer.variables})
    return list(variables.values())
