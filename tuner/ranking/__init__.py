"""Ranking candidates that nobody has trained yet, from those that somebody has.

Importing this package, or any light name of it, loads neither Keras nor TensorFlow: the models
load when `make_ranker` builds one.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tuner.ranking.ranker import (
    RANKERS,
    Foreteller,
    LabelledRound,
    Ranker,
    make_ranker,
    register_ranker,
)

if TYPE_CHECKING:
    from tuner.ranking.gru import GRURanker
    from tuner.ranking.informed import InformedRanker
    from tuner.ranking.metrics import (
        average_precision_at_k,
        best_rank_at_k,
        kendall_tau,
        ndcg_at_k,
        precision_at_k,
    )
    from tuner.ranking.ridge_trees import RidgeTreesRanker
    from tuner.ranking.scc import StructureCorrelationController

# What takes a while to import, by the module that holds it.
_LAZY = {
    "GRURanker": "tuner.ranking.gru",
    "InformedRanker": "tuner.ranking.informed",
    "RidgeTreesRanker": "tuner.ranking.ridge_trees",
    "StructureCorrelationController": "tuner.ranking.scc",
    "average_precision_at_k": "tuner.ranking.metrics",
    "best_rank_at_k": "tuner.ranking.metrics",
    "kendall_tau": "tuner.ranking.metrics",
    "ndcg_at_k": "tuner.ranking.metrics",
    "precision_at_k": "tuner.ranking.metrics",
}

__all__ = [
    "RANKERS",
    "Foreteller",
    "GRURanker",
    "InformedRanker",
    "LabelledRound",
    "Ranker",
    "RidgeTreesRanker",
    "StructureCorrelationController",
    "average_precision_at_k",
    "best_rank_at_k",
    "kendall_tau",
    "make_ranker",
    "ndcg_at_k",
    "precision_at_k",
    "register_ranker",
]


def __getattr__(name: str) -> Any:
    """Import a name on its first use (PEP 562)."""
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    """List what can be imported, loaded or not."""
    return sorted(__all__)
