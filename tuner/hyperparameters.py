"""Hyperparameters that a hypermodel of your own asks for: searched jointly with the networks.

They are drawn for each candidate of the first round. From then on every second candidate of a
round, beginning with the first, keeps what its base was trained with, and the others draw anew. A
network is trained once in a search, so the same network with other values is no candidate.

What is drawn depends on the search's seed, the round, the candidate's place in it and the
hyperparameter's name alone; it is part of the planned round.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import keras_tuner

from memnas_tf.errors import ConfigError
from tuner.search.rounds import PlannedTrial, Round
from tuner.search_space import FAILURE, OWN_VALUES, declare_trial_values, trial_values


def declared_space(
    hyperparameters: keras_tuner.HyperParameters | None, blocks: int
) -> keras_tuner.HyperParameters:
    """Add what a trial of a search carries to the hyperparameters that are given.

    Args:
        hyperparameters: Those of a user, which stay as they are; None for none.
        blocks: The number of blocks of a genotype.

    Returns:
        All of them.

    Raises:
        ConfigError: If one has a name that a search uses itself.
    """
    space = keras_tuner.HyperParameters()
    if hyperparameters is not None:
        _refuse(hyperparameters, "hyperparameters has")
        space = hyperparameters.copy()
    declare_trial_values(space, blocks)
    return space


def with_hyperparameters(
    entry: Round, base: PlannedTrial | None, space: keras_tuner.HyperParameters, seed: int
) -> Round:
    """Give the candidates of a planned round their hyperparameters.

    Args:
        entry: The round.
        base: The trial that its base was trained in; None in the first round.
        space: The hyperparameters that are known, those of a search itself among them.
        seed: The search's seed.

    Returns:
        The round. A hyperparameter that the base was not asked for is drawn.
    """

    def values(position: int, trial: PlannedTrial) -> dict[str, Any]:
        known = trial_values(entry, trial)  # on which others may depend
        if base is not None and position % 2 == 0:
            known = {**base.hyperparameters, **known}

        def choose(hp: Any) -> Any:
            if hp.name in known:
                return known[hp.name]
            return hp.random_sample(f"{seed}/{entry.number}/{position}/{hp.name}")

        return asked_values(_active(space, choose))

    trials = [
        replace(trial, hyperparameters=values(position, trial))
        for position, trial in enumerate(entry.trials)
    ]
    return replace(entry, trials=trials)


def values_to_train(
    space: keras_tuner.HyperParameters, entry: Round, trial: PlannedTrial
) -> dict[str, Any]:
    """Return all values that a planned trial is trained with.

    Args:
        space: The hyperparameters that are known.
        entry: The trial's round.
        trial: The trial.

    Returns:
        Values by name; defaults of what became known only after the round was planned.
    """
    planned = trial_values(entry, trial)
    return {**_active(space, lambda hp: planned.get(hp.name, hp.default)), **planned}


def refuse_taken_names(
    hypermodel: keras_tuner.HyperModel, space: keras_tuner.HyperParameters
) -> None:
    """Refuse a hypermodel that asks for a hyperparameter by a name that a search uses itself.

    KerasTuner would give it the search's value, whatever its own range is.

    Args:
        hypermodel: What builds the networks.
        space: The hyperparameters that are declared before it is asked.

    Raises:
        ConfigError: If it does.
    """
    asked = keras_tuner.HyperParameters()
    asked.merge([hp for hp in space.space if hp.name not in OWN_VALUES])
    asked.values.update({name: space.values[name] for name in OWN_VALUES})
    hypermodel.build(asked)
    _refuse(asked, "the hypermodel asks for")


def _refuse(space: keras_tuner.HyperParameters, who: str) -> None:
    taken = sorted({hp.name for hp in space.space} & {*OWN_VALUES, FAILURE})
    if taken:
        raise ConfigError(
            f"{who} {', '.join(map(repr, taken))}, and a search uses "
            f"{'that name' if len(taken) == 1 else 'those names'} itself; choose another"
        )


def _active(space: keras_tuner.HyperParameters, choose: Callable[[Any], Any]) -> dict[str, Any]:
    """Choose the values of those that are active, parents first, as KerasTuner orders them."""
    chosen = keras_tuner.HyperParameters()
    for hp in space.space:
        chosen.merge([hp])
        if chosen.is_active(hp):
            chosen.values[hp.name] = choose(hp)
    return dict(chosen.values)


def asked_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a trial's values is not the search's own."""
    return {name: v for name, v in values.items() if name not in (*OWN_VALUES, FAILURE)}
