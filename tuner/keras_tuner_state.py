"""KerasTuner's own state of an oracle and of a trial, as JSON holds it. Needs no KerasTuner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from memnas_tf.documents import at_least

_Value: TypeAlias = str | int | float | bool


@dataclass(frozen=True)
class HyperParameter:
    """A hyperparameter of one of KerasTuner's own kinds: no other class is made of a file."""

    class_name: Literal["Fixed", "Float", "Int", "Choice", "Boolean"]
    config: Mapping[str, Any]


@dataclass(frozen=True)
class HyperParameters:
    """A search space, and values in it by name."""

    space: list[HyperParameter]
    values: Mapping[str, _Value]


@dataclass(frozen=True)
class Display:
    """What KerasTuner prints of a search."""

    search_start: str | None
    trial_start: Mapping[str, str]
    trial_number: Mapping[str, int]


@dataclass(frozen=True)
class OracleState:
    """What `keras_tuner.Oracle.get_state` returns."""

    ongoing_trials: Mapping[str, str]
    hyperparameters: HyperParameters
    start_order: list[str]
    end_order: list[str]
    run_times: Mapping[str, Annotated[int, at_least(0)]]
    retry_queue: list[str]
    seed: int
    seed_state: int
    tried_so_far: list[str]
    id_to_hash: Mapping[str, str | None]
    display: Display


@dataclass(frozen=True)
class Observation:
    """What was measured at a step; None for what was no number."""

    value: list[float | None]
    step: int


@dataclass(frozen=True)
class MetricState:
    """The observations of a metric."""

    direction: Literal["min", "max"]
    observations: list[Observation]


@dataclass(frozen=True)
class MetricsState:
    """The metrics of a trial by name."""

    metrics: Mapping[str, MetricState]


@dataclass(frozen=True)
class TrialState:
    """What `keras_tuner.engine.trial.Trial.get_state` returns."""

    trial_id: str
    hyperparameters: HyperParameters
    metrics: MetricsState
    score: float | None
    best_step: int | None
    status: Literal["RUNNING", "IDLE", "INVALID", "STOPPED", "COMPLETED", "FAILED"]
    message: str | None
