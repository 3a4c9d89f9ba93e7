"""Read a search from its directory, finished or not, without TensorFlow and without locks."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from memnas_tf.errors import SearchError
from memnas_tf.files import previous_path
from tuner.search.rounds import PlannedTrial, Round, ranked_trials
from tuner.search.settings import SearchSettings
from tuner.state_check import check_rounds

ORACLE_FILE = "oracle.json"
SCHEMA_VERSION = 5
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class SearchHistory:
    """What a search did so far.

    Attributes:
        settings: Its settings.
        rounds: Its rounds, the last of which may be under way.
        stop_reason: Why it ended; None while it goes on or if it was interrupted.
        durations: How long trials took that ended, in seconds by KerasTuner's id.
    """

    settings: SearchSettings
    rounds: tuple[Round, ...]
    stop_reason: str | None
    durations: Mapping[str, float] = field(default_factory=dict)

    @property
    def best(self) -> PlannedTrial | None:
        """The search's answer so far, None before the first round is over."""
        ranked = ranked_trials(self.rounds)
        return ranked[0] if ranked else None

    def round_of(self, trial: PlannedTrial) -> Round:
        """Return the round that a trial of this search belongs to."""
        return next(entry for entry in self.rounds if any(one is trial for one in entry.trials))

    def to_state(self) -> dict[str, Any]:
        """Return the search as JSON can hold it."""
        return {
            "schema": SCHEMA_VERSION,
            "settings": self.settings.to_state(),
            "rounds": [entry.to_state() for entry in self.rounds],
            "stop_reason": self.stop_reason,
            "durations": dict(self.durations),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> SearchHistory:
        """Read what `to_state` wrote, as JSON gives it back.

        Raises:
            SearchError: If it was written by another version, or something is missing.
        """
        schema = state.get("schema")
        if schema != SCHEMA_VERSION:
            age = "an older" if isinstance(schema, int) and schema < SCHEMA_VERSION else "another"
            raise SearchError(
                f"it was written by {age} version of this program (schema {schema!r}; this one "
                f"reads {SCHEMA_VERSION}); finish it with that version, or start anew in another "
                "directory"
            )
        try:
            history = cls(
                SearchSettings.from_state(state["settings"]),
                tuple(Round.from_state(entry) for entry in state["rounds"]),
                state["stop_reason"],
                {str(key): float(value) for key, value in state["durations"].items()},
            )
            check_rounds(history.rounds)
            return history
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise SearchError(f"its state cannot be read: {error}") from error


def has_search(directory: str | Path) -> bool:
    """Tell whether a directory holds a search, readable or not."""
    path = Path(directory) / ORACLE_FILE
    return path.exists() or previous_path(path).exists()


def read_document(directory: str | Path) -> dict[str, Any]:
    """Read a search's file as JSON; where it is damaged, the copy of what it held before.

    Args:
        directory: The search's project directory.

    Returns:
        The document of a search of MemNASTuner.

    Raises:
        SearchError: If there is none, or none that can be read.
    """
    path = Path(directory) / ORACLE_FILE
    if not has_search(directory):
        raise SearchError(f"{str(directory)!r} holds no search: {ORACLE_FILE} is missing")
    try:
        document = _read_json(path)
    except (OSError, ValueError) as error:
        try:
            document = _read_json(previous_path(path))
        except (OSError, ValueError):
            raise SearchError(
                f"cannot read {str(path)!r}: it is damaged ({error}), and so is, or there is no, "
                f"{previous_path(path).name}; restore it from a copy, or start anew with "
                "overwrite or in another directory"
            ) from error
        _LOGGER.warning(
            "cannot read %s (%s); going on from %s, one step before",
            path,
            error,
            previous_path(path).name,
        )
    if not isinstance(document, dict) or "memnas" not in document:
        raise SearchError(f"{str(directory)!r} holds a search of another tuner, not of MemNASTuner")
    return document


def load_search(directory: str | Path) -> SearchHistory:
    """Read a search from its directory.

    Args:
        directory: The search's project directory.

    Returns:
        The search.

    Raises:
        SearchError: If the directory holds no search, or one that cannot be read.
    """
    document = read_document(directory)
    try:
        return SearchHistory.from_state(document["memnas"])
    except SearchError as error:
        raise SearchError(f"cannot read the search in {str(directory)!r}: {error}") from error


def _read_json(path: Path) -> Any:
    text = path.read_text(encoding="utf-8")
    if not text.strip():
        raise ValueError("it is empty")
    return json.loads(text)
