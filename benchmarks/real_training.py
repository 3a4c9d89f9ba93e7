"""Real training behind the interface that search methods are compared on."""

from __future__ import annotations

import math
from typing import Any

from benchmarks.table_training import Recipe, Trainer
from benchmarks.table_work import Work
from memnas_tf.data.dataset import ImageDataset
from memnas_tf.genotype import Genotype, canonical_key
from memnas_tf.template import Template


class RealTraining:
    """Train networks epoch by epoch, and keep them to go on with.

    Args:
        recipe: How they are trained.
        data: The images.
        size: The largest number of cells in a block.

    Attributes:
        size: The largest number of cells in a block.
        blocks: The number of blocks of a genotype.
        template: The size of the networks.
        epochs: The number of epochs of a whole training.
    """

    def __init__(self, recipe: Recipe, data: ImageDataset, size: int) -> None:
        self.size = size
        self.template: Template = recipe.template(data)
        self.blocks = self.template.blocks
        self.epochs = recipe.epochs
        self._trainer = Trainer(recipe, data)
        self._begun: dict[tuple[str, int], tuple[Any, list[float]]] = {}

    def measure(self, genotype: Genotype, seed: int, epochs: int) -> float:
        """Train a network up to an epoch.

        Args:
            genotype: The architecture.
            seed: The seed.
            epochs: The epochs that are to be over.

        Returns:
            Its best accuracy on the validation images until then, which is what a search goes by.
        """
        key = canonical_key(genotype), seed
        if key not in self._begun:
            work = Work(genotype, "", genotype.slots, seed)
            self._begun[key] = self._trainer.begin(work), []
        model, accuracies = self._begun[key]
        if epochs > len(accuracies):
            accuracies += self._trainer.go_on(model, seed, len(accuracies), epochs)
        return max(accuracies[:epochs])

    def accuracy(self, genotype: Genotype) -> float:
        """Return NaN: what a network has without noise nobody knows."""
        del genotype
        return math.nan
