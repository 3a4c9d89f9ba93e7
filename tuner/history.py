"""Read a search from its directory, finished or not, without TensorFlow and without locks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeAlias

from memnas_tf.documents import decode, read_json, read_or_previous, refuse_unless
from memnas_tf.documents.document import CHECKSUM, verified
from memnas_tf.errors import DocumentError, SearchError
from memnas_tf.files import previous_path
from tuner.search.rounds import PlannedTrial, Round
from tuner.search.settings import SearchSettings
from tuner.search.standings import ranked_trials
from tuner.state_check import check_rounds

ORACLE_FILE = "oracle.json"
SCHEMA_VERSION = 6
_LONGEST_SECONDS = 1e9  # 30 years
_Seconds: TypeAlias = Annotated[
    float, refuse_unless(lambda seconds: 0 <= seconds <= _LONGEST_SECONDS, "a time in seconds")
]


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
    durations: Mapping[str, _Seconds] = field(default_factory=dict)

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
            SearchError: If something is missing, or not what it should be.
        """
        try:
            history: SearchHistory = decode(cls, {k: v for k, v in state.items() if k != "schema"})
            check_rounds(history.rounds, history.settings)
            return history
        except ValueError as error:
            raise SearchError(f"its state cannot be read: {error}") from error


class StoredSearch(NamedTuple):
    """A search as its directory holds it.

    Attributes:
        path: The file that it was read from.
        document: The file's content, with KerasTuner's own state.
        history: What the search did so far.
    """

    path: Path
    document: dict[str, Any]
    history: SearchHistory


def has_search(directory: str | Path) -> bool:
    """Tell whether a directory holds a search, readable or not."""
    path = Path(directory) / ORACLE_FILE
    return path.exists() or previous_path(path).exists()


def read_search(directory: str | Path) -> StoredSearch:
    """Read a search's file; where it is damaged, the copy of what it held before.

    Args:
        directory: The search's project directory.

    Returns:
        The search of MemNASTuner.

    Raises:
        SearchError: If there is none, or none that can be read.
    """
    path = Path(directory) / ORACLE_FILE
    if not has_search(directory):
        raise SearchError(f"{str(directory)!r} holds no search: {ORACLE_FILE} is missing")
    try:
        return read_or_previous(path, _read)
    except DocumentError as error:
        raise SearchError(
            f"{error}; restore it from a copy, or start anew with overwrite or in another directory"
        ) from error
    except OSError as error:
        raise SearchError(f"cannot read {str(path)!r}: {error.strerror}") from error


def load_search(directory: str | Path) -> SearchHistory:
    """Read a search from its directory.

    Args:
        directory: The search's project directory.

    Returns:
        The search.

    Raises:
        SearchError: If the directory holds no search, or one that cannot be read.
    """
    return read_search(directory).history


def _read(path: Path) -> StoredSearch:
    document = read_json(path)
    if not isinstance(document, dict) or not {CHECKSUM, "memnas"} & set(document):
        raise SearchError(
            f"{str(path.parent)!r} holds a search of another tuner, not of MemNASTuner"
        )
    state = document.get("memnas")
    if CHECKSUM not in document and isinstance(state, dict):
        _check_version(path, state)  # older ones had no checksum
    try:
        document = verified(document)
        state = decode(dict[str, Any], document.get("memnas"), "memnas")
    except ValueError as error:
        raise DocumentError(path, str(error)) from error
    _check_version(path, state)
    try:
        return StoredSearch(path, document, SearchHistory.from_state(state))
    except SearchError as error:
        raise DocumentError(path, str(error)) from error


def _check_version(path: Path, state: Mapping[str, Any]) -> None:
    schema = state.get("schema")
    if schema != SCHEMA_VERSION:
        age = "an older" if isinstance(schema, int) and schema < SCHEMA_VERSION else "another"
        raise SearchError(
            f"cannot read the search in {str(path.parent)!r}: it was written by {age} version of "
            f"this program (schema {schema!r}; this one reads {SCHEMA_VERSION}); finish it with "
            "that version, or start anew in another directory"
        )
