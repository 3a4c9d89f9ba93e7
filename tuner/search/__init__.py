"""The search itself, without Keras, KerasTuner and files: what Figure 1(a) of the paper draws."""

from tuner.search.memory_efficiency import MemoryEfficiency
from tuner.search.rounds import PlannedTrial, Round
from tuner.search.search import OVER, WAIT, Search
from tuner.search.settings import SearchSettings

__all__ = [
    "OVER",
    "WAIT",
    "MemoryEfficiency",
    "PlannedTrial",
    "Round",
    "Search",
    "SearchSettings",
]
