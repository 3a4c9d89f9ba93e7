"""The structure correlation controller (SCC): scores that depend on the other candidates.

Source: the paper, section 3.3, Figure 2 and Eq. 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import keras
import numpy as np
import numpy.typing as npt

from memnas_tf.template import Template
from tuner.ranking.checks import require_integer
from tuner.ranking.coding import Array
from tuner.ranking.encoder import UNITS, build_encoder, dense, gru, make_seeds
from tuner.ranking.keras_ranker import CodedRound, KerasRanker
from tuner.ranking.training import Batch, predict, train

# The most candidates that the R-GRU sees in one sequence, and the sequences in one batch.
GROUP = 16
GROUPS_PER_BATCH = 4
ORDERS = 8
DROPOUT = 0.1


class StructureCorrelationController(KerasRanker):
    """Score candidates by what the R-GRU makes of each beside the others.

    The R-GRU reads candidates in an order that means nothing. So every epoch of training puts
    them in another order, and a score is the average over several. A round with more candidates
    than `GROUP` is split at random, so that the R-GRU ranks sequences as long as those that it
    was trained on.

    Args:
        max_cells: The largest number of cells in a block, 1 or more.
        blocks: The number of blocks of every candidate, 1 or more.
        template: The size of the networks.
        seed: What everything random about it follows from, 0 or more.
        orders: The number of random orders that a score is the average of, 1 or more.

    Raises:
        ConfigError: If a number is out of its range.
    """

    def __init__(
        self, *, max_cells: int, blocks: int, template: Template, seed: int, orders: int = ORDERS
    ) -> None:
        super().__init__(max_cells=max_cells, blocks=blocks, template=template, seed=seed)
        require_integer("orders", orders, 1)
        self.orders = orders
        self._encoder: keras.Model | None = None
        self._head: keras.Model | None = None
        self._length = 0

    def _fit(self, rounds: Sequence[CodedRound]) -> None:
        seeds = make_seeds(self.seed)
        length = min(GROUP, max(len(coded.targets) for coded in rounds))
        encoder = build_encoder(self.code_shape, seeds, layers=1, dropout=DROPOUT)
        head = build_head(length, seeds)
        train(join(encoder, head), draw_groups(rounds, length, self.seed))
        self._encoder, self._head, self._length = encoder, head, length

    def _estimate(self, codes: Array) -> npt.NDArray[np.floating]:
        # A candidate's feature depends on no order: encode once, order the features.
        features = predict(self._encoder, codes)
        generator = np.random.default_rng(self.seed)
        groups = [
            group
            for _ in range(self.orders)
            for group in split(generator.permutation(len(codes)), self._length)
        ]
        index, real = pad(groups, self._length)
        estimates = predict(self._head, features[index])[..., 0]
        total = np.zeros(len(codes))
        np.add.at(total, index[real], estimates[real])
        return total / self.orders


def build_head(length: int, seeds: Iterator[int]) -> keras.Model:
    """Build the R-GRU, which runs over the candidates of a group, and the dense layer after it.

    Args:
        length: The number of candidates in a group, padding included.
        seeds: Where the seeds of its parts come from.

    Returns:
        A model from features of shape (groups, length, `UNITS`) to scores of shape
        (groups, length, 1). A score depends on the candidates before its own only, so padding
        at the end changes none.
    """
    features = keras.Input((length, UNITS), dtype="float32", name="features")
    states = gru(seeds, "r_gru", sequences=True, unroll=False)(features)
    return keras.Model(features, dense(1, seeds, name="score")(states), name="head")


def join(encoder: keras.Model, head: keras.Model) -> keras.Model:
    """Join the two halves of Figure 2 into the model that is trained.

    Args:
        encoder: From codes of shape (candidates, *code shape) to features.
        head: From features of shape (groups, length, `UNITS`) to scores.

    Returns:
        A model from codes of shape (groups, length, *code shape) to scores of shape
        (groups, length, 1).
    """
    length, units = head.input_shape[1:]
    candidate = encoder.input_shape[1:]
    codes = keras.Input((length, *candidate), dtype="float32", name="codes")
    features = encoder(keras.ops.reshape(codes, (-1, *candidate)))
    scores = head(keras.ops.reshape(features, (-1, length, units)))
    return keras.Model(codes, scores, name="scc")


def split(order: npt.NDArray[np.intp], length: int) -> list[npt.NDArray[np.intp]]:
    """Cut an order of candidates into groups of about the same length, `length` at most."""
    return np.array_split(order, -(-len(order) // length))


def pad(
    groups: Sequence[npt.NDArray[np.intp]], length: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Pad groups of indices at the end, with 0.

    Args:
        groups: Indices of candidates, group by group.
        length: The length to pad to.

    Returns:
        The indices, of shape (groups, length), and which of them are real.
    """
    index = np.zeros((len(groups), length), np.intp)
    real = np.zeros(index.shape, np.bool_)
    for row, group in enumerate(groups):
        index[row, : len(group)] = group
        real[row, : len(group)] = True
    return index, real


def draw_groups(rounds: Sequence[CodedRound], length: int, seed: int) -> Iterator[Batch]:
    """Yield groups of candidates of one round each, in new orders in every epoch.

    Args:
        rounds: The rounds.
        length: The number of candidates in a group, padding included.
        seed: What the orders follow from.

    Yields:
        Batches of codes of shape (groups, length, *code shape), targets and weights of shape
        (groups, length). The weights make the loss the mean over groups of Eq. 3.
    """
    codes = np.concatenate([coded.codes for coded in rounds])
    targets = np.concatenate([coded.targets for coded in rounds])
    ends = np.cumsum([len(coded.targets) for coded in rounds])
    members = np.split(np.arange(len(targets)), ends[:-1])
    size = min(GROUPS_PER_BATCH, sum(len(split(member, length)) for member in members))
    generator = np.random.default_rng(seed)
    queue: list[npt.NDArray[np.intp]] = []
    while True:
        # A batch may reach into the next epoch: no group is left out for want of a full one.
        while len(queue) < size:
            groups = [g for m in members for g in split(generator.permutation(m), length)]
            queue += [groups[i] for i in generator.permutation(len(groups))]
        chosen, queue = queue[:size], queue[size:]
        index, real = pad(chosen, length)
        weights = real * (length / real.sum(axis=1, keepdims=True))
        yield Batch(codes[index], targets[index], weights.astype(np.float32))
