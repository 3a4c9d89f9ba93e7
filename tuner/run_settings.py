"""What a tuner is told of a run of a search, beside its knobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from memnas_tf.knob_kinds import Real, Whole
from memnas_tf.knobs import knob, read_knobs
from tuner.listener import SearchListener

_AS_KERASTUNER = "as for any oracle of KerasTuner."


@dataclass(frozen=True)
class RunSettings:
    """What a tuner is told of a run of a search.

    Raises:
        ConfigError: If a value is out of range.
    """

    objective: Any = knob(
        f"What a trial reports, {_AS_KERASTUNER[:-1]}: the name of a metric, a "
        "`keras_tuner.Objective`, or a list of both, which are added up. Memory efficiency takes "
        "it for the accuracy, a loss with a minus sign.",
        default="val_accuracy",
    )
    training: Mapping[str, Any] | None = knob(
        "What else the results depend on, such as the data set's name or the number of epochs, as "
        "plain values. A search is only resumed with the same.",
        unset="nothing",
    )
    listener: SearchListener | None = knob("What watches the search.", unset="nobody")
    tensorboard: bool = knob(
        "Whether to write TensorBoard's logs into the folder `logs` of the search's directory.",
        default=False,
    )
    class_names: Sequence[str] | None = knob(
        "The name of each class, for pictures.", unset="classes without names"
    )
    keep_checkpoints: int | None = knob(
        "Keep the weights of so many trials, the best.", Whole(), 3, unset="all"
    )
    hyperparameters: Any = knob(
        f"Hyperparameters, {_AS_KERASTUNER} They are searched jointly with the networks (see "
        "`tuner.hyperparameters`), and so are those that `build` of a hypermodel of your own asks "
        "for.",
        unset="none",
    )
    tune_new_entries: bool = knob(
        f"Whether what is not listed in `hyperparameters` is searched, {_AS_KERASTUNER} Else it "
        "keeps its default.",
        default=True,
    )
    allow_new_entries: bool = knob(
        f"Whether there may be such hyperparameters, {_AS_KERASTUNER}", default=True
    )
    max_retries_per_trial: int = knob(
        f"How often a failed trial is tried again, {_AS_KERASTUNER}", default=0
    )
    max_consecutive_failed_trials: int | None = knob(
        f"How many failures in a row end the search, {_AS_KERASTUNER}",
        unset="a whole round of them",
    )
    lease_seconds: float = knob(
        "Where there are workers: how long one that trains may keep silent before its trial goes "
        "to another.",
        Real(0, above=True),
        60.0,
    )
    reconnect_seconds: float = knob(
        "After how long without an answer of the chief a worker gives up.",
        Real(0),
        600.0,
    )
    stall_seconds: float | None = knob(
        "After how long without a training step the trial of a worker counts as hung, and goes to "
        "another worker. Where `fit` of a hypermodel of your own leaves out the callbacks it is "
        "given, it has to be None.",
        Real(0, above=True),
        1800.0,
        unset="never",
    )

    def __post_init__(self) -> None:
        """Refuse what is out of range."""
        read_knobs(self)
