"""Objectives as KerasTuner takes and has them, and as plain values that a search is kept with."""

from __future__ import annotations

from typing import Any

import keras_tuner

from memnas_tf.errors import ConfigError
from tuner.objective import SearchObjective


def read_objective(objective: Any) -> SearchObjective:
    """Read an objective in any form that KerasTuner takes.

    Args:
        objective: The name of a metric, whose direction KerasTuner knows; a
            `keras_tuner.Objective`; a list of both; or None for the one number that a `fit` of
            your own returns, which is to be small.

    Returns:
        The objective.

    Raises:
        ConfigError: If it is nothing of that, or its direction is not known.
    """
    made = _made(objective)
    parts = list(getattr(made, "objectives", []))
    is_list = isinstance(objective, list)
    for one in parts if is_list else [made]:
        if type(one) is not keras_tuner.Objective and objective is not None:
            raise ConfigError(
                f"the objective {one.name!r} is a {type(one).__name__}, and a search compares "
                "metrics by name; use keras_tuner.Objective, or a list of them"
            )
    names = [one.name for one in parts]
    if is_list and (not names or len(set(names)) < len(names)):
        raise ConfigError(
            f"the list of objectives is {names}; name at least one metric, and each once"
        )
    return SearchObjective(
        made.name, made.direction, tuple((one.name, one.direction) for one in parts)
    )


def keras_objective(objective: SearchObjective) -> keras_tuner.Objective:
    """Make KerasTuner's own of an objective.

    Args:
        objective: The objective.

    Returns:
        What an oracle of KerasTuner goes by.
    """
    if objective.parts:
        return _made([keras_tuner.Objective(*part) for part in objective.parts])
    unnamed = _made(None)
    if objective.name == unnamed.name:
        return unnamed
    return keras_tuner.Objective(objective.name, objective.direction)


def _made(objective: Any) -> keras_tuner.Objective:
    try:
        return keras_tuner.Oracle(objective).objective
    except (TypeError, ValueError) as error:
        raise ConfigError(
            f"cannot take {objective!r} for the objective ({error}); name a metric of Keras such "
            "as 'val_accuracy' or 'val_loss', or say which way yours is better: "
            "keras_tuner.Objective('val_f1', direction='max')"
        ) from error
