"""The conventional controllers: an absolute score for every candidate by itself.

Source: the paper, section 4.5 and Table 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import keras
import numpy as np

from memnas_tf.template import Template
from tuner.ranking.checks import require_integer
from tuner.ranking.coding import Array
from tuner.ranking.encoder import build_encoder, dense, make_seeds
from tuner.ranking.keras_ranker import CodedRound, KerasRanker
from tuner.ranking.training import Batch, predict, train

BATCH = 64
DROPOUT = 0.1


class GRURanker(KerasRanker):
    """Score each candidate by an embedding, a GRU over its blocks, and a dense layer.

    Args:
        max_cells: The largest number of cells in a block, 1 or more.
        blocks: The number of blocks of every candidate, 1 or more.
        template: The size of the networks.
        seed: What everything random about it follows from, 0 or more.
        layers: The number of GRU layers, 1 or more.

    Raises:
        ConfigError: If a number is out of its range.
    """

    def __init__(
        self, *, max_cells: int, blocks: int, template: Template, seed: int, layers: int = 1
    ) -> None:
        super().__init__(max_cells=max_cells, blocks=blocks, template=template, seed=seed)
        require_integer("layers", layers, 1)
        self.layers = layers
        self._model: keras.Model | None = None

    def _fit(self, rounds: Sequence[CodedRound]) -> None:
        self._model = build_gru(self.code_shape, self.seed, layers=self.layers)
        codes = np.concatenate([coded.codes for coded in rounds])
        targets = np.concatenate([coded.targets for coded in rounds])
        train(self._model, draw_batches(codes, targets, self.seed))

    def _estimate(self, codes: Array) -> Array:
        return predict(self._model, codes)[:, 0]


def single_gru(*, max_cells: int, blocks: int, template: Template, seed: int) -> GRURanker:
    """Make the controller that Table 3 calls Single-RNN. See `GRURanker`."""
    return GRURanker(max_cells=max_cells, blocks=blocks, template=template, seed=seed, layers=1)


def double_gru(*, max_cells: int, blocks: int, template: Template, seed: int) -> GRURanker:
    """Make the controller that Table 3 calls Double-RNN. See `GRURanker`."""
    return GRURanker(max_cells=max_cells, blocks=blocks, template=template, seed=seed, layers=2)


def build_gru(code_shape: tuple[int, int, int], seed: int, *, layers: int) -> keras.Model:
    """Build a conventional controller.

    Args:
        code_shape: The shape of one candidate's code.
        seed: What its weights and its dropout follow from.
        layers: The number of GRU layers, 1 or more.

    Returns:
        A model from codes of shape (candidates, *code_shape) to scores of shape
        (candidates, 1).
    """
    seeds = make_seeds(seed)
    encoder = build_encoder(code_shape, seeds, layers=layers, dropout=DROPOUT)
    return keras.Model(encoder.input, dense(1, seeds, name="score")(encoder.output), name="gru")


def draw_batches(codes: Array, targets: Array, seed: int) -> Iterator[Batch]:
    """Yield the candidates in batches of one size, in a new order in every epoch.

    Args:
        codes: Codes of shape (candidates, *code shape).
        targets: Standardised targets of shape (candidates,).
        seed: What the orders follow from.

    Yields:
        Batches of `BATCH` candidates, or of all of them where they are fewer.
    """
    generator = np.random.default_rng(seed)
    size = min(BATCH, len(targets))
    weights = np.ones(size, np.float32)
    queue = np.zeros(0, np.intp)
    while True:
        # A batch may reach into the next epoch: no candidate is left out for want of a full one.
        while len(queue) < size:
            queue = np.concatenate([queue, generator.permutation(len(targets))])
        chosen, queue = queue[:size], queue[size:]
        yield Batch(codes[chosen], targets[chosen], weights)
