"""Several searches side by side: where their settings differ, and what each came to.

Source: the paper, section 4.4 and Figure 5.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memnas_tf.errors import ConfigError
from tuner.objective import SearchObjective
from tuner.report.intervals import Interval, mean_interval
from tuner.report.search_data import SearchData, load_search_data
from tuner.report.spending import spending
from tuner.search.rounds import PlannedTrial

SEED, TRADEOFF, RESULT = "seed", "tradeoff", "result"
QUANTITIES: dict[str, Callable[[SearchObjective, PlannedTrial], float]] = {
    RESULT: lambda objective, trial: objective.score(trial.quality or 0.0),
    "parameter_bytes": lambda _, trial: trial.parameter_bytes,
    "intermediate_bytes": lambda _, trial: trial.intermediate_bytes,
}


@dataclass(frozen=True)
class Compared:
    """A search among others.

    Attributes:
        name: What tells it from the others.
        data: The search.
        differing: Its settings that are not the same in all of them.
        epochs: The epochs that all its trials trained.
        seconds: The time that all its trials took.
    """

    name: str
    data: SearchData
    differing: dict[str, Any]
    epochs: int
    seconds: float

    @property
    def objective(self) -> SearchObjective:
        """What the search aims at, as all others that it is compared with."""
        return self.data.history.settings.objective

    @property
    def answer(self) -> PlannedTrial | None:
        """The search's answer so far; None before its first round is over."""
        return self.data.history.best


@dataclass(frozen=True)
class Group:
    """Searches that differ in nothing but the seed.

    Attributes:
        settings: Those of their settings that differ from other groups'.
        searches: The searches that have an answer.
        means: The mean of each of `QUANTITIES` over their answers, with its confidence interval.
    """

    settings: dict[str, Any]
    searches: tuple[Compared, ...]
    means: dict[str, Interval]


def load_searches(directories: Sequence[str | Path]) -> list[Compared]:
    """Read searches to compare.

    Args:
        directories: Their directories.

    Returns:
        The searches, in the same order.

    Raises:
        ConfigError: If there are fewer than two, one is named twice, or they aim at different
            objectives.
        SearchError: If a directory holds no search of MemNASTuner.
    """
    paths = [Path(directory) for directory in directories]
    if len(paths) < 2:
        raise ConfigError(f"{len(paths)} searches cannot be compared; name two or more directories")
    resolved = [path.resolve() for path in paths]
    for path in paths:
        if resolved.count(path.resolve()) > 1:
            raise ConfigError(f"{str(path)!r} is named twice; name each search once")
    searches = [load_search_data(path) for path in paths]
    first = searches[0].history.settings.objective
    for path, search in zip(paths, searches, strict=True):
        objective = search.history.settings.objective
        if objective != first:
            raise ConfigError(
                f"{str(paths[0])!r} aims at {first} and {str(path)!r} at {objective}, which cannot "
                "be compared; name searches of one objective"
            )
    settings = [search.history.settings.flat() for search in searches]
    differing = differing_settings(settings)
    names = [search.name for search in searches]
    compared = []
    for path, search, values in zip(paths, searches, settings, strict=True):
        spent = spending(search)
        compared.append(
            Compared(
                name=search.name if names.count(search.name) == 1 else str(path),
                data=search,
                differing={name: values.get(name) for name in differing},
                epochs=sum(entry.epochs for entry in spent),
                seconds=sum(entry.seconds for entry in spent),
            )
        )
    return compared


def differing_settings(settings: Sequence[dict[str, Any]]) -> list[str]:
    """Find the settings that are not the same in all searches.

    Args:
        settings: The settings of each by name.

    Returns:
        Their names, in the order of the settings.
    """
    names = dict.fromkeys(name for values in settings for name in values)
    return [name for name in names if len({_key(values.get(name)) for values in settings}) > 1]


def seed_groups(searches: Sequence[Compared]) -> list[Group]:
    """Put searches together that differ in nothing but the seed.

    Args:
        searches: The searches.

    Returns:
        The groups, in the order of their first search; those without an answer are left out.
    """
    members: dict[str, list[Compared]] = {}
    for search in searches:
        if search.answer is not None:
            members.setdefault(_key(_without(search.differing, SEED)), []).append(search)
    return [_group(group) for group in members.values()]


def sweeps(groups: Sequence[Group]) -> list[list[Group]]:
    """Find groups that differ in nothing but lambda.

    Args:
        groups: As `seed_groups` makes them.

    Returns:
        Sweeps of two values of lambda or more, each by rising lambda.
    """
    found: dict[str, list[Group]] = {}
    for group in groups:
        if TRADEOFF in group.settings:
            found.setdefault(_key(_without(group.settings, TRADEOFF)), []).append(group)
    return [
        sorted(sweep, key=lambda group: float(group.settings[TRADEOFF]))
        for sweep in found.values()
        if len(sweep) > 1
    ]


def _group(searches: Sequence[Compared]) -> Group:
    answers = [answer for search in searches if (answer := search.answer) is not None]
    return Group(
        settings=_without(searches[0].differing, SEED),
        searches=tuple(searches),
        means={
            name: mean_interval([measure(searches[0].objective, answer) for answer in answers])
            for name, measure in QUANTITIES.items()
        },
    )


def _without(settings: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in settings.items() if key != name}


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
