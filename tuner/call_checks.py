"""What can be said of a call of `search` before its first training."""

from __future__ import annotations

import inspect
import math
import operator
from collections.abc import Mapping, Sequence
from typing import Any

import keras

from tuner.call_errors import BadArgument
from tuner.data_checks import check_training, check_validation

_COUNTS = ("batch_size", "steps_per_epoch", "validation_steps", "validation_batch_size")


def check_call(
    model: keras.Model, measured: Sequence[str], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> None:
    """Refuse arguments of `fit` that every candidate would fail by.

    Data that cannot be read twice, such as a generator's, is not looked into.

    Args:
        model: The first network, compiled.
        measured: The metrics that the objective is made of.
        args: Positional arguments of `keras.Model.fit`.
        kwargs: Its other arguments.

    Raises:
        BadArgument: If an argument is out of range, or there is nothing to measure by.
        BadData: If the data is not what the network and its loss take.
    """
    try:
        bound = inspect.signature(model.fit).bind(*args, **kwargs)
    except TypeError as error:
        raise BadArgument(f"search was called with what `fit` does not take: {error}") from error
    bound.apply_defaults()
    given = bound.arguments
    _check_numbers(given)
    _check_measured(given, measured)
    _check_class_weight(given["class_weight"], model)
    check_training(model, given)
    check_validation(model, given)


def _check_numbers(given: Mapping[str, Any]) -> None:
    _check_count("epochs", given["epochs"])
    for name in _COUNTS:
        if given[name] is not None:
            _check_count(name, given[name])
    first, epochs = given["initial_epoch"], given["epochs"]
    if not _is_whole(first) or not 0 <= first < epochs:
        raise BadArgument(
            f"initial_epoch is {first!r} of {epochs} epochs; training starts with it, so it must "
            f"be at least 0 and below {epochs}"
        )
    split = given["validation_split"]
    if split is not None and not 0 <= split < 1:
        raise BadArgument(f"validation_split is {split!r}; it must be at least 0 and below 1")
    frequency = given["validation_freq"]
    if not isinstance(frequency, (list, tuple, set)):
        _check_count("validation_freq", frequency)


def _check_measured(given: Mapping[str, Any], names: Sequence[str]) -> None:
    measured = next((name for name in names if name.startswith("val_")), None)
    if measured is None:
        return
    if given["validation_data"] is None and not given["validation_split"]:
        raise BadArgument(
            f"the objective is {measured!r}, and there is no validation data to measure it on; "
            "give search validation_data, or a validation_split of arrays"
        )
    frequency = given["validation_freq"]
    if _is_whole(frequency) and frequency > given["epochs"]:
        raise BadArgument(
            f"validation_freq is {frequency} and there are {given['epochs']} epochs, so that "
            f"{measured!r} would never be measured; give at most as many as there are epochs"
        )


def _check_class_weight(weights: Any, model: keras.Model) -> None:
    if weights is None:
        return
    if not isinstance(weights, Mapping):
        raise BadArgument(
            f"class_weight is {weights!r}; it must be a dictionary from class numbers to weights"
        )
    shape = getattr(model, "output_shape", None)
    classes = shape[-1] if isinstance(shape, tuple) else None
    for number, weight in weights.items():
        if not _is_whole(number) or number < 0 or (classes is not None and number >= classes):
            raise BadArgument(
                f"class_weight has the class {number!r}; the classes of the network are numbered "
                f"from 0 to {classes - 1 if classes else 'one less than their number'}"
            )
        if not _is_weight(weight):
            raise BadArgument(
                f"class_weight of class {number} is {weight!r}; it must be a number, at least 0"
            )


def _check_count(name: str, value: Any) -> None:
    if not _is_whole(value) or value < 1:
        raise BadArgument(f"{name} is {value!r}; it must be a whole number, at least 1")


def _is_whole(value: Any) -> bool:
    try:
        operator.index(value)
    except TypeError:
        return False
    return not isinstance(value, bool)


def _is_weight(value: Any) -> bool:
    try:
        return math.isfinite(value) and value >= 0
    except TypeError:
        return False
