"""The table of TensorBoard's HParams plugin: a line for each trial of a search."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2, summary_v2

from memnas_tf.genotype import from_string
from memnas_tf.memory.target import MEMORIES
from tuner.history import SearchHistory
from tuner.objective import ACCURACY, SearchObjective
from tuner.search.rounds import FAILED, PlannedTrial, Round
from tuner.tensorboard.values import Value, scalar

_ACCURACY = "result/best_val_accuracy"
_OTHER = "result/best_objective"
_EFFICIENCY = "result/memory_efficiency"
_EPOCHS = "result/epochs"
_PARAMETERS = "memory/parameters_kB"
_MOVES = {
    "grow": "grow",
    "operation": "trim operation",
    "cell": "trim cell",
    "output": "trim output",
    "widen": "widen",
    "narrow": "narrow",
}
_NO_PARENT = "empty network"
_KILO = 1000.0
_ASKED_FOR = "hyperparameter/"


class _Column(NamedTuple):
    tag: str
    title: str
    description: str


def experiment(history: SearchHistory) -> list[Value]:
    """Declare the table's columns.

    TensorBoard sorts hyperparameters by name, and shows the first five of them and of the metrics
    unless asked for more. Of several searches it takes the columns of one, whichever comes first:
    all declare the same, in an order of their own.

    Args:
        history: The search, whose first round is planned.

    Returns:
        The values.
    """
    settings = history.settings
    hyperparameters = [
        summary_v2.HParam("round", summary_v2.IntInterval(1, settings.max_rounds)),
        summary_v2.HParam("move", summary_v2.Discrete(_MOVES.values())),
        summary_v2.HParam("parent", _any(str), description="the trial it was made from"),
        summary_v2.HParam("cells", summary_v2.IntInterval(1, settings.blocks * settings.max_cells)),
        summary_v2.HParam("tradeoff", summary_v2.RealInterval(0.0, 1.0), "tradeoff (lambda)"),
        summary_v2.HParam("what_changed", _any(str)),
        summary_v2.HParam("widths", _any(str), "widths (eighths of the filters)"),
        *_asked_for(history),
    ]
    columns = [
        *_results(settings.objective),
        _Column(_PARAMETERS, "parameter memory (kB)", "in 1000 bytes"),
        *map(_intermediate, sorted(MEMORIES, key=lambda memory: memory != settings.target.memory)),
        _Column(_EFFICIENCY, "memory efficiency", "the paper's Equation 4; at the round's end"),
        _Column(_EPOCHS, "epochs", "that were trained"),
    ]
    metrics = [
        summary_v2.Metric(column.tag, display_name=column.title, description=column.description)
        for column in columns
    ]
    return list(summary_v2.hparams_config_pb(hyperparameters, metrics).value)


def beginning(history: SearchHistory, entry: Round, trial: PlannedTrial) -> list[Value]:
    """Tell what is known of a trial as it begins.

    Args:
        history: The search.
        entry: The trial's round.
        trial: The trial.

    Returns:
        The values.
    """
    genotype = from_string(trial.genotype)
    values = {
        "round": entry.number,
        "move": _MOVES.get(trial.kind, trial.kind),
        "parent": trial.base_trial or _NO_PARENT,
        "cells": genotype.cells,
        "tradeoff": float(history.settings.tradeoff),
        "what_changed": trial.move,
        "widths": ", ".join(map(str, genotype.widths)),
        **{_ASKED_FOR + name: value for name, value in trial.hyperparameters.items()},
    }
    # Without a name of its own the group has that of the run, which is another in every search.
    return list(summary_v2.hparams_pb(values, trial_id="").value)


def result(history: SearchHistory, entry: Round, trial: PlannedTrial, epochs: int) -> list[Value]:
    """Tell how a trial ended.

    Args:
        history: The search.
        entry: The trial's round.
        trial: The trial, which is over.
        epochs: How many epochs it trained; 0 where that is not known here.

    Returns:
        The values.
    """
    failed = trial.status == FAILED
    info = plugin_data_pb2.SessionEndInfo(
        status=api_pb2.STATUS_FAILURE if failed else api_pb2.STATUS_SUCCESS,
        end_time_secs=time.time(),
    )
    end = Value(
        tag=metadata.SESSION_END_INFO_TAG,
        metadata=metadata.create_summary_metadata(
            plugin_data_pb2.HParamsPluginData(session_end_info=info)
        ),
        tensor=metadata.NULL_TENSOR,
    )
    numbers = {
        _PARAMETERS: trial.parameter_bytes / _KILO,
        _intermediate("lifetime").tag: trial.lifetime_bytes / _KILO,
        _intermediate("arena").tag: trial.arena_bytes / _KILO,
    }
    if epochs:
        numbers[_EPOCHS] = epochs
    if trial.quality is not None:
        objective = history.settings.objective
        numbers[_tag(objective)] = objective.score(trial.quality)
    return [
        # Once more, for training that began anew and made its readers drop what was before.
        *beginning(history, entry, trial),
        end,
        *(scalar(tag, number) for tag, number in numbers.items()),
    ]


def score(trial: PlannedTrial) -> list[Value]:
    """Tell what a trial came to, once its round is over.

    Args:
        trial: The trial.

    Returns:
        The values; none of a trial that failed.
    """
    return [] if trial.efficiency is None else [scalar(_EFFICIENCY, trial.efficiency)]


def _tag(objective: SearchObjective) -> str:
    return _ACCURACY if objective == ACCURACY else _OTHER


def _results(objective: SearchObjective) -> list[_Column]:
    accuracy = _Column(_ACCURACY, f"best {ACCURACY.description}", "of all epochs, from 0 to 1")
    if objective == ACCURACY:
        return [accuracy, _Column(_OTHER, "best of another objective", "of other searches")]
    unit = "from 0 to 1" if objective.is_share else "as it was reported"
    return [_Column(_OTHER, f"best {objective.description}", f"of all epochs, {unit}"), accuracy]


def _intermediate(target: str) -> _Column:
    return _Column(f"memory/{target}_kB", f"{target} memory (kB)", "in 1000 bytes, of one image")


def _asked_for(history: SearchHistory) -> list[Any]:
    """Declare the hyperparameters that a hypermodel of one's own asks for."""
    values = [trial.hyperparameters for entry in history.rounds for trial in entry.trials]
    known = {name: value for one in values for name, value in one.items()}
    return [
        summary_v2.HParam(_ASKED_FOR + name, _any(type(value)), name)
        for name, value in known.items()
    ]


def _any(kind: type) -> summary_v2.Discrete:
    return summary_v2.Discrete([], dtype=kind)
