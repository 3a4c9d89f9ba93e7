"""How a search runs: the oracle, the hypermodel, the tuner and the ranking controllers.

from memnas_tf.template import cifar_template
from tuner import MemNASHyperModel, MemNASTuner

hypermodel = MemNASHyperModel(cifar_template((32, 32, 3), classes=10, filters=16))
tuner = MemNASTuner(hypermodel, max_rounds=5, trials_per_round=10, tradeoff=0.5)
tuner.search(train, validation_data=validation, epochs=5)
best = tuner.get_best_models()[0]
"""

from importlib import import_module
from typing import Any

# Imported when first used: reading a finished search must not wait for TensorFlow.
_HOMES = {
    "MemNASHyperModel": "tuner.hypermodel",
    "MemNASOracle": "tuner.oracle",
    "MemNASTuner": "tuner.tuner",
    "SearchListener": "tuner.listener",
    "SearchSettings": "tuner.search.settings",
    "load_search": "tuner.history",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
