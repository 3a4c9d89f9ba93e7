"""What a candidate that inherits weights starts from: a trial of an earlier round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import keras_tuner

from memnas_tf.genotype import Genotype, from_string
from memnas_tf.inheritance import plan_inheritance
from memnas_tf.layers.inherited_weights import NetworkWeights, inherit_weights, read_weights
from memnas_tf.template import Template
from memnas_tf.training.record import TrainingRecord
from tuner.search_space import GENOTYPE


@dataclass(frozen=True)
class BaseWeights:
    """The weights of a base's best epoch, which the candidates of a round share.

    Attributes:
        trial_id: The base's trial.
        genotype: Its architecture.
        weights: Its weights.
        epochs: The epochs behind them, those of its own bases included.
    """

    trial_id: str
    genotype: Genotype
    weights: NetworkWeights
    epochs: int

    @classmethod
    def of(cls, trial: Any, model: keras.Model, record: TrainingRecord | None) -> BaseWeights:
        """Take them from a trial.

        Args:
            trial: KerasTuner's trial.
            model: Its network with the weights of its best epoch.
            record: What it left of its training; without one its epochs are not known, and 0.

        Returns:
            The weights.

        Raises:
            ValueError: If the model is none of `memnas_tf.layers.build_network`.
        """
        genotype = from_string(trial.hyperparameters.get(GENOTYPE))
        epochs = 0 if record is None else record.cumulative_epochs
        return cls(trial.trial_id, genotype, read_weights(model), epochs)

    def give_to(
        self, model: keras.Model, hp: keras_tuner.HyperParameters, template: Template
    ) -> None:
        """Give a candidate's network what it takes over.

        Args:
            model: The network with its initial weights.
            hp: The candidate's hyperparameters.
            template: The size of both networks.
        """
        inheritance = plan_inheritance(from_string(hp.get(GENOTYPE)), self.genotype, template)
        inherit_weights(model, self.weights, inheritance)
