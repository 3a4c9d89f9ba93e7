"""The informed ranker on networks that it has never seen, nor any of the same chain of moves."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from benchmarks.rankers.tasks import Network
from memnas_tf.genotype import Genotype, cell_to_string, to_string
from memnas_tf.template import Template
from tuner.ranking import InformedRanker, LabelledRound
from tuner.ranking.known_networks import KnownNetworks
from tuner.ranking.ranker import Scores

FOLDS = 5


class LeftOutRanker:
    """Score each candidate by an informed ranker that knows only the table's other folds.

    Args:
        networks: The table.
        max_cells: The largest number of cells in a block.
        blocks: The number of blocks.
        template: The size of the networks.
        seed: What everything random about the rankers follows from.
    """

    def __init__(
        self,
        networks: Sequence[Network],
        *,
        max_cells: int,
        blocks: int,
        template: Template,
        seed: int,
    ) -> None:
        self._folds = {network.genotype: fold_of(network) for network in networks}
        self._rankers = [
            InformedRanker(
                max_cells=max_cells,
                blocks=blocks,
                template=template,
                seed=seed,
                known=_known(tuple(networks), template, fold),
            )
            for fold in range(FOLDS)
        ]

    def fit(self, rounds: Sequence[LabelledRound]) -> None:
        """Learn from all rounds, whatever fold they are of: a search may know its own trials."""
        for ranker in self._rankers:
            ranker.fit(rounds)

    def score(self, genotypes: Sequence[Genotype]) -> Scores:
        """Estimate targets of networks of the table."""
        folds = np.array([self._folds[genotype] for genotype in genotypes])
        scores = np.empty(len(genotypes))
        for fold in range(FOLDS):
            own = np.flatnonzero(folds == fold)
            scores[own] = self._rankers[fold].score([genotypes[index] for index in own.tolist()])
        return scores


def fold_of(network: Network) -> int:
    """Return the fold of a network: one for all networks that were grown from the same cell."""
    return zlib.crc32(chain_of(network).encode()) % FOLDS


def chain_of(network: Network) -> str:
    """Name what a network was grown from: its first cell; of one that was drawn, the whole."""
    if network.origin == "grown":
        return cell_to_string(network.genotype.blocks[0][0])
    return to_string(network.genotype)


@lru_cache(maxsize=2 * FOLDS)
def _known(networks: tuple[Network, ...], template: Template, left_out: int) -> KnownNetworks:
    others = [network for network in networks if fold_of(network) != left_out]
    return KnownNetworks({network.genotype: network.accuracy for network in others}, template)
