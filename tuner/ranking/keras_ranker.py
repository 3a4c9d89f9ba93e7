"""What the rankers made of Keras layers share: codes in, standardised targets, scores out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import Genotype
from memnas_tf.template import Template
from tuner.ranking.checks import check_settings
from tuner.ranking.coding import Array, code_candidates, code_shape
from tuner.ranking.ranker import LabelledRound, Scores, labelled_only

# These models are so small that a GPU would only slow them down, make their results depend on
# the run, and take memory from the candidates in training.
DEVICE = "cpu:0"


@dataclass(frozen=True)
class CodedRound:
    """A round in the form that models take.

    Attributes:
        codes: Candidates of shape (candidates, *code shape).
        targets: Standardised targets of shape (candidates,).
    """

    codes: Array
    targets: Array


@dataclass(frozen=True)
class _Scale:
    """How targets are standardised."""

    mean: float
    deviation: float

    @classmethod
    def of(cls, targets: Sequence[float]) -> _Scale:
        deviation = float(np.std(targets))
        # Targets that are all the same leave nothing to divide by.
        return cls(float(np.mean(targets)), deviation if deviation > 1e-12 else 1.0)

    def apply(self, targets: Sequence[float]) -> Array:
        return ((np.asarray(targets) - self.mean) / self.deviation).astype(np.float32)

    def undo(self, scores: npt.NDArray[np.floating]) -> Scores:
        return scores.astype(np.float64) * self.deviation + self.mean


class KerasRanker(ABC):
    """A `Ranker` whose model is made of Keras layers, built anew in every fit.

    Args:
        max_cells: The largest number of cells in a block, 1 or more.
        blocks: The number of blocks of every candidate, 1 or more.
        template: The size of the networks, of which one-hot codes tell nothing.
        seed: What everything random about it follows from, 0 or more.

    Raises:
        ConfigError: If a number is out of its range.
    """

    def __init__(self, *, max_cells: int, blocks: int, template: Template, seed: int) -> None:
        del template
        check_settings(max_cells=max_cells, blocks=blocks, seed=seed)
        self.max_cells = max_cells
        self.blocks = blocks
        self.seed = seed
        self._scale: _Scale | None = None

    @property
    def code_shape(self) -> tuple[int, int, int]:
        """The shape of one candidate's code. See `tuner.ranking.coding.code_shape`."""
        return code_shape(self.max_cells, self.blocks)

    def fit(self, rounds: Sequence[LabelledRound]) -> None:
        """Forget everything and learn from these rounds. See `Ranker.fit`."""
        filled = labelled_only(rounds)
        targets = [target for labelled in filled for target in labelled.targets]
        scale = _Scale.of(targets)
        coded = [CodedRound(self._encode(r.genotypes), scale.apply(r.targets)) for r in filled]
        with keras.device(DEVICE):
            self._fit(coded)
        self._scale = scale

    def score(self, genotypes: Sequence[Genotype]) -> Scores:
        """Estimate how good candidates are. See `Ranker.score`."""
        if self._scale is None:
            raise ConfigError("this ranker has not learned anything yet; call fit first")
        if not genotypes:
            return np.zeros(0)
        codes = self._encode(genotypes)
        with keras.device(DEVICE):
            return self._scale.undo(self._estimate(codes))

    @abstractmethod
    def _fit(self, rounds: Sequence[CodedRound]) -> None:
        """Build the model and train it."""

    @abstractmethod
    def _estimate(self, codes: Array) -> npt.NDArray[np.floating]:
        """Estimate standardised targets, of shape (candidates,)."""

    def _encode(self, genotypes: Sequence[Genotype]) -> Array:
        return code_candidates(genotypes, max_cells=self.max_cells, blocks=self.blocks)
