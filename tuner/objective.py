"""What a search aims at: the number that a trial reports, and which way it is better.

Rounds, rungs and rankers compare qualities, of which more is better. A quality is made of what a
trial reports, and made to what people read, here alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from memnas_tf.documents import decode
from memnas_tf.errors import ConfigError

_SIGNS = {"max": 1.0, "min": -1.0}
_VALIDATION = "val_"


@dataclass(frozen=True)
class SearchObjective:
    """The objective of a search as plain values, by the names that KerasTuner gives them.

    Attributes:
        name: The name of what a trial reports.
        direction: "max" if more of it is better, "min" if less is.
        parts: Names and directions of what it is made of, if of several metrics: those to be
            small are added up, and those to be large taken off.

    Raises:
        ConfigError: If a direction is neither.
    """

    name: str = "val_accuracy"
    direction: str = "max"
    parts: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Refuse directions that are none."""
        for name, direction in ((self.name, self.direction), *self.parts):
            if direction not in _SIGNS:
                raise ConfigError(
                    f"the direction of the objective {name!r} is {direction!r}; it must be 'max' "
                    "(more is better) or 'min' (less is better)"
                )

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> SearchObjective:
        """Read what `dataclasses.asdict` made, as JSON gives it back or not.

        Raises:
            ValueError: If it is none.
        """
        objective: SearchObjective = decode(cls, state)
        return objective

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of the metrics that it is made of."""
        return tuple(name for name, _ in self.parts) or (self.name,)

    def quality(self, score: float) -> float:
        """Turn what a trial reported into a number of which more is better."""
        return _SIGNS[self.direction] * score

    def score(self, quality: float) -> float:
        """Turn a quality back into what the trial reported."""
        return _SIGNS[self.direction] * quality

    def quality_of(self, metrics: Mapping[str, float | None]) -> float | None:
        """Take the quality out of an epoch's metrics; None where they do not tell it."""
        parts = self.parts or ((self.name, self.direction),)
        values = [(_SIGNS[direction], metrics.get(name)) for name, direction in parts]
        known = [sign * value for sign, value in values if value is not None]
        return sum(known) if len(known) == len(parts) else None

    @property
    def is_share(self) -> bool:
        """Whether it is an accuracy: from 0 to 1, and written in percent."""
        name = self.name.removeprefix(_VALIDATION)
        return name == "acc" or name.endswith("accuracy")

    @property
    def words(self) -> str:
        """What it is, for people."""
        is_plain = self.name == f"{_VALIDATION}accuracy"
        return "validation accuracy" if is_plain else self.name

    @property
    def short(self) -> str:
        """What it is, at the head of a narrow column."""
        return "accuracy" if self.is_share else self.name

    @property
    def description(self) -> str:
        """Its words, and which way it is better where that does not go without saying."""
        if self.is_share and self.direction == "max":
            return self.words
        return f"{self.words} ({'more' if self.direction == 'max' else 'less'} is better)"

    def __str__(self) -> str:
        """Write it as it is compared when a search goes on."""
        parts = ", ".join(f"{name} ({direction})" for name, direction in self.parts)
        return f"{self.name} ({self.direction}){f' of {parts}' if parts else ''}"

    def document(self, quality: float | None) -> dict[str, float | None]:
        """Return what a trial reported under its own name, for scripts."""
        return {self.name: None if quality is None else self.score(quality)}

    def format(self, quality: float | None, digits: int = 1) -> str:
        """Write what a trial reported for people.

        Args:
            quality: Its quality; None counts as nothing.
            digits: Digits of a percentage behind the point.

        Returns:
            A percentage of an accuracy, and of all else the number, with its name.
        """
        number = self.format_number(quality, digits)
        return number if self.is_share or not number else f"{self.name} {number}"

    def format_number(self, quality: float | None, digits: int = 1) -> str:
        """Write it where the name stands beside it already, as in a column."""
        if quality is None:
            return ""
        score = self.score(quality)
        return f"{100 * score:.{digits}f} %" if self.is_share else f"{score:.4g}"


ACCURACY = SearchObjective()
