"""How far a training has come, in one file that JSON and NumPy read without pickle."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import keras
import numpy as np
import numpy.typing as npt

from memnas_tf.documents import at_least, decode, parse_json, read_arrays
from memnas_tf.errors import DocumentError, MissingDocumentError
from memnas_tf.files import whole_file

_STATE, _VARIABLE = "state", "variable_{:05d}"
_LOGGER = logging.getLogger(__name__)


@dataclass
class _State:
    """The attributes of `TrainingProgress` that JSON holds."""

    seed: int
    results: list[dict[str, list[Any]]]
    epochs: list[Annotated[int, at_least(0)]]
    history: dict[str, list[Any]]
    stopped: bool
    callbacks: list[dict[str, Any]]

    def __post_init__(self) -> None:
        """Refuse what no training leaves; its numbers may be infinite, or none."""
        lists = [values for past in (*self.results, self.history) for values in past.values()]
        numbers = [*(value for values in lists for value in values)]
        numbers += [value for counters in self.callbacks for value in counters.values()]
        if any(type(value) not in (int, float) for value in numbers):
            raise ValueError("its history holds something else than numbers")
        first = self.epochs[0] if self.epochs else 0
        if self.epochs != list(range(first, first + len(self.epochs))):
            raise ValueError("its epochs do not follow each other")
        if any(len(values) > len(self.epochs) for values in self.history.values()):
            raise ValueError("its history is longer than its epochs")


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
        dtypes = [keras.ops.convert_to_numpy(variable).dtype for variable in variables]
        if [tuple(v.shape) for v in variables] != [value.shape for value in self.variables]:
            return False
        pairs = zip(dtypes, self.variables, strict=True)
        if any(value.dtype not in (dtype, _kept(dtype)) for dtype, value in pairs):
            return False
        for variable, dtype, value in zip(variables, dtypes, self.variables, strict=True):
            variable.assign(value.view(dtype))
        return True


def load_progress(path: Path) -> TrainingProgress | None:
    """Read what `TrainingProgress.save` wrote.

    Args:
        path: The file.

    Returns:
        The state; None if there is none, or none that can be read.

    Raises:
        OSError: If the disk or the system fails.
    """
    try:
        return _read(path)
    except MissingDocumentError:
        return None
    except DocumentError as error:
        _LOGGER.warning("%s; training from the start", error)
        return None


def _read(path: Path) -> TrainingProgress:
    arrays = dict(read_arrays(path))
    state = arrays.pop(_STATE, None)
    try:
        if state is None or state.dtype != np.uint8:
            raise ValueError("it has no state")
        if list(arrays) != [_VARIABLE.format(i) for i in range(len(arrays))]:
            raise ValueError("its arrays are not those of a network")
        values = parse_json(state.tobytes(), allow_constants=True)
        return TrainingProgress(**vars(decode(_State, values)), variables=list(arrays.values()))
    except ValueError as error:
        raise DocumentError(path, str(error)) from error


def _kept(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type that a file gives back: NumPy has no bfloat16, and keeps its bytes."""
    return np.dtype(f"V{dtype.itemsize}") if dtype.kind == "V" else dtype


def _variables(model: keras.Model) -> list[Any]:
    """Return all that training changes, random states included; metrics start anew by epoch."""
    metrics = {id(variable) for variable in model.metrics_variables}
    variables = {id(v): v for v in model.variables if id(v) not in metrics}
    if model.optimizer is not None:
        variables.update({id(v): v for v in model.optimizer.variables})
    return list(variables.values())
