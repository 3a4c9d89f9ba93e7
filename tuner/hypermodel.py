"""The hypermodel: from a trial's values to a compiled network."""

from __future__ import annotations

from typing import Any

import keras
import keras_tuner

from memnas_tf.layers import build_network
from memnas_tf.template import DEFAULT_BLOCKS, Template
from memnas_tf.training.compiling import compile_network
from memnas_tf.training.recipe import LEARNING_RATE
from memnas_tf.training.schedules import warm_restarts
from tuner.search_space import choose_genotype


class MemNASHyperModel(keras_tuner.HyperModel):
    """Build networks of the MemNAS search space.

    Under `MemNASTuner` a trial carries a whole genotype. Any other tuner of KerasTuner searches the
    same space: the hypermodel then spells out every cell as hyperparameters.

    Args:
        template: The size of the networks.
        blocks: The number of blocks of a genotype; a larger network repeats them.
        max_cells: The largest number of cells in a block, for tuners that choose cells.
        share_cells: Whether all blocks have the same cells, for tuners that choose cells.
        learning_rate: The recipe's learning rate.
        total_steps: The number of training steps of a trial, over which the learning rate falls;
            None for a constant rate.
        cycles: The number of warm restart cycles in them.
    """

    def __init__(
        self,
        template: Template,
        blocks: int = DEFAULT_BLOCKS,
        max_cells: int = 8,
        share_cells: bool = False,
        learning_rate: float = LEARNING_RATE,
        total_steps: int | None = None,
        cycles: int = 1,
    ) -> None:
        super().__init__(name="memnas")
        self.template = template
        self.blocks = blocks
        self.max_cells = max_cells
        self.share_cells = share_cells
        self.learning_rate = learning_rate
        self.total_steps = total_steps
        self.cycles = cycles

    def build(self, hp: keras_tuner.HyperParameters) -> keras.Model:
        """Build and compile a trial's network.

        Args:
            hp: The trial's hyperparameters.

        Returns:
            A compiled model from normalised images to class probabilities.
        """
        genotype = choose_genotype(hp, self.blocks, self.max_cells, self.share_cells)
        model = build_network(genotype, self.template)
        compile_network(model, self.learning_rate, self.total_steps, self.cycles)
        return model

    def shorten(self, model: keras.Model, share: float) -> None:
        """Let the learning rate of a compiled network fall over fewer steps, and in one cycle.

        A rate that falls otherwise, or not at all, is that of a `build` of your own, and stays.

        Args:
            model: What `build` made.
            share: The part of the steps of a whole trial.
        """
        rate = model.optimizer.get_config()["learning_rate"]
        is_ours = isinstance(rate, dict) and rate["class_name"] == "CosineDecayRestarts"
        if self.total_steps is not None and is_ours:
            steps = max(1, round(share * self.total_steps))
            highest = rate["config"]["initial_learning_rate"]
            model.optimizer.learning_rate = warm_restarts(highest, steps)

    def fit(
        self, hp: keras_tuner.HyperParameters, model: keras.Model, *args: Any, **kwargs: Any
    ) -> Any:
        """Train a trial's network; the arguments are those of `keras.Model.fit`."""
        del hp
        return model.fit(*args, **kwargs)
