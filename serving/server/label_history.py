"""Where labels were before: what a rollback goes back to."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path

from memnas_tf.errors import ServingError
from memnas_tf.files import write_text

HISTORY_FILE = "label_history.json"

# For each label the versions that it was on before, the latest of them last.
History = dict[str, list[int]]


def version_before(past: Sequence[int], current: int, there: Collection[int]) -> int | None:
    """Find the version that a label would go back to.

    Args:
        past: The versions that it was on before, the latest of them last.
        current: The version that it is on.
        there: The versions that can be loaded.

    Returns:
        The version; None if none of them is left.
    """
    left = [version for version in past if version != current and version in there]
    return left[-1] if left else None


def forget_from(history: History, label: str, version: int) -> None:
    """Forget what came since a label was last on a version, which it goes back to.

    Args:
        history: The history, which is changed.
        label: The label.
        version: The version; one that the label was never on leaves nothing to go back to.
    """
    past = history.get(label, [])
    last = max((i for i, entry in enumerate(past) if entry == version), default=0)
    del past[last:]


def read_history(folder: Path) -> History:
    """Read where labels were before.

    Args:
        folder: The folder of `models.config`.

    Returns:
        The versions of each label; nothing if there is no history.

    Raises:
        ServingError: If the file is damaged.
    """
    path = folder / HISTORY_FILE
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return {str(label): [int(version) for version in past] for label, past in document.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ServingError(
            f"cannot read {str(path)!r}: {error}; delete it, and a rollback goes to the next "
            "lower version"
        ) from error


def write_history(folder: Path, history: History) -> None:
    """Write where labels were before.

    Args:
        folder: The folder of `models.config`.
        history: The versions of each label.
    """
    kept = {label: past for label, past in sorted(history.items()) if past}
    write_text(folder / HISTORY_FILE, json.dumps(kept, indent=1) + "\n")
