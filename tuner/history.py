"""Read a search from its directory, finished or not, without TensorFlow and without locks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memnas_tf.errors import SearchError
from tuner.rounds import PlannedTrial, Round, ranked_trials
from tuner.settings import SearchSettings

ORACLE_FILE = "oracle.json"
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class SearchHistory:
    """What a search did so far.

    Attributes:
        settings: Its settings.
        rounds: Its rounds, the last of which may be under way.
        stop_reason: Why it ended; None while it goes on or if it was interrupted.
    """

    settings: SearchSettings
    rounds: tuple[Round, ...]
    stop_reason: str | None

    @property
    def best(self) -> PlannedTrial | None:
        """The search's answer so far, None before the first round is over."""
        ranked = ranked_trials(self.rounds)
        return ranked[0] if ranked else None

    def to_state(self) -> dict[str, Any]:
        """Return the search as JSON can hold it."""
        return {
            "schema": SCHEMA_VERSION,
            "settings": self.settings.to_state(),
            "rounds": [entry.to_state() for entry in self.rounds],
            "stop_reason": self.stop_reason,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> SearchHistory:
        """Read what `to_state` wrote, as JSON gives it back.

        Raises:
            SearchError: If it was written by another version, or something is missing.
        """
        if state.get("schema") != SCHEMA_VERSION:
            raise SearchError(
                f"schema {state.get('schema')!r} is unknown; this version reads {SCHEMA_VERSION}"
            )
        try:
            return cls(
                SearchSettings.from_state(state["settings"]),
                tuple(Round.from_state(entry) for entry in state["rounds"]),
                state["stop_reason"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise SearchError(f"its state cannot be read: {error}") from error


def load_search(directory: str | Path) -> SearchHistory:
    """Read a search from its directory.

    Args:
        directory: The search's project directory.

    Returns:
        The search.

    Raises:
        SearchError: If the directory holds no search, or one that cannot be read.
    """
    path = Path(directory) / ORACLE_FILE
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SearchError(f"{str(directory)!r} holds no search: {ORACLE_FILE} is missing") from None
    except (OSError, ValueError) as error:
        raise SearchError(f"cannot read {str(path)!r}: {error}") from error
    if not isinstance(document, dict) or "memnas" not in document:
        raise SearchError(f"{str(directory)!r} holds a search of another tuner, not of MemNASTuner")
    try:
        return SearchHistory.from_state(document["memnas"])
    except SearchError as error:
        raise SearchError(f"cannot read the search in {str(directory)!r}: {error}") from error
