"""What every ranking model has in common, and how to get one by name.

To add a ranking model, write a class with `fit` and `score` as `Ranker` describes them, taking
`max_cells`, `blocks`, `template` and `seed` as keyword arguments, and add one entry to `_OURS`;
from outside, call `register_ranker`. One that knows something before a search has trained
anything also has `foretell`, as `Foreteller` describes it, and ranks the first rounds too.
The contract test in `tests/tuner/ranking/test_rankers.py` then runs over it too.

Source: the paper, section 3.3 (what a controller does) and Table 3 (the ones it compares).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast, runtime_checkable

import numpy as np
import numpy.typing as npt

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import Genotype
from memnas_tf.registry import Registry
from memnas_tf.template import Template

Scores = npt.NDArray[np.float64]

RankerFactory = Callable[..., "Ranker"]
# From a name to "module:attribute", so that the names are known without loading Keras.
_OURS: dict[str, RankerFactory | str] = {
    "ridge-trees": "tuner.ranking.ridge_trees:RidgeTreesRanker",
    "scc": "tuner.ranking.scc:StructureCorrelationController",
    "single-gru": "tuner.ranking.gru:single_gru",
    "double-gru": "tuner.ranking.gru:double_gru",
    "informed": "tuner.ranking.informed:InformedRanker",
}


@dataclass(frozen=True)
class LabelledRound:
    """The trained candidates of one search round.

    Attributes:
        genotypes: The candidates.
        targets: Their measured memory efficiency y (Eq. 4), without a unit, higher is better.
            It is relative to the round's base, so targets of different rounds compare only as
            "how much better than the base".

    Raises:
        ConfigError: If there are not as many targets as candidates, or one is not finite.
    """

    genotypes: tuple[Genotype, ...]
    targets: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse what cannot be learned from."""
        if len(self.genotypes) != len(self.targets):
            raise ConfigError(
                f"a round has {len(self.genotypes)} candidates but {len(self.targets)} targets; "
                "give one target for each candidate"
            )
        for index, target in enumerate(self.targets):
            if not math.isfinite(target):
                raise ConfigError(
                    f"target {index} of a round is {target}; leave out candidates whose training "
                    "failed"
                )


class Ranker(Protocol):
    """A model that orders candidates by what it learned from trained ones."""

    def fit(self, rounds: Sequence[LabelledRound]) -> None:
        """Forget everything and learn from these rounds.

        The result depends on the rounds and the ranker's seed alone.

        Args:
            rounds: All trained candidates, round by round.

        Raises:
            ConfigError: If there is no trained candidate among them.
        """

    def score(self, genotypes: Sequence[Genotype]) -> Scores:
        """Estimate how good candidates are.

        The same candidates in the same order get the same scores every time.

        Args:
            genotypes: The candidates, all of one round.

        Returns:
            One score for each, in their order, of shape (candidates,). Higher is better.

        Raises:
            ConfigError: If nothing has been fitted yet.
        """


@runtime_checkable
class Foreteller(Protocol):
    """A ranker that knows something before its search has trained anything."""

    def foretell(self, genotypes: Sequence[Genotype]) -> Scores:
        """Estimate accuracies, so that the first round can be ranked too.

        Args:
            genotypes: The candidates.

        Returns:
            The accuracy of each, about from 0 to 1, of shape (candidates,).
        """


def _check(name: str, factory: RankerFactory | str) -> None:
    if not callable(factory):
        raise ConfigError(f"{factory!r} is no ranker; {name!r} must be a class as `Ranker` tells")


RANKERS: Registry[RankerFactory | str] = Registry("ranker", _OURS, _check)


def register_ranker(name: str, factory: RankerFactory) -> None:
    """Add a ranker, for this process.

    Args:
        name: Its name.
        factory: A class, or a function, that makes a ranker of `max_cells`, `blocks`, `template`
            and `seed`, given as keyword arguments.

    Raises:
        ConfigError: If the name is taken.
    """
    RANKERS.register(name, factory)


def labelled_only(rounds: Sequence[LabelledRound]) -> list[LabelledRound]:
    """Leave out rounds without a candidate.

    Args:
        rounds: Rounds of trained candidates.

    Returns:
        Those from which there is something to learn.

    Raises:
        ConfigError: If there are none.
    """
    filled = [labelled for labelled in rounds if labelled.genotypes]
    if not filled:
        raise ConfigError("a ranker cannot learn from 0 trained candidates; train some first")
    return filled


def make_ranker(name: str, *, max_cells: int, blocks: int, template: Template, seed: int) -> Ranker:
    """Build a ranker by name.

    Args:
        name: One of `RANKERS`.
        max_cells: The largest number of cells in a block, 1 or more.
        blocks: The number of blocks of every candidate, 1 or more.
        template: The size of the networks.
        seed: What everything random about it follows from, 0 or more.

    Returns:
        A ranker that knows nothing yet.

    Raises:
        ConfigError: If there is no ranker of this name, or a number is out of its range.
    """
    factory = RANKERS.require(name)
    if isinstance(factory, str):
        module, attribute = factory.split(":")
        factory = getattr(import_module(module), attribute)
    return cast(Ranker, factory(max_cells=max_cells, blocks=blocks, template=template, seed=seed))
