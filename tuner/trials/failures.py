"""What becomes of a candidate that fails: a line for people, and the traceback in a file."""

from __future__ import annotations

import re
import traceback
from pathlib import Path

from memnas_tf.files import write_text
from tuner.trials.trial_files import ERROR_FILE

_LONGEST = 300
_STYLES = re.compile(r"\x1b\[[0-9;]*m")
_PLACES = re.compile(r"\s*\[Op:[^\]]*\]|\s*\[\[.*?\]\]")  # in a graph, other ones in every network
_WRAPPING = re.compile(r"Exception encountered when calling .*")
_GRAPH_ERROR = "Graph execution error"
_TRACE = re.compile(
    r"File \"|Detected at node|Node: '|<stack traces unavailable>|Stack trace for op|"
    r"Errors may have originated|Input Source operations|Function call stack|.+ -> .+|"
    r"Arguments received by|\d+ root error|\(\d+\) |\d+ successful operations|"
    r"\d+ derived errors|Original stack trace|tf2xla conversion failed|Hint: "
)
# Each is of one network; two of them in a row are chance.
_OF_ONE_CANDIDATE = ("FloatingPointError", "FailedTrialError")
# Of the batch that TensorFlow came upon, which is another one in every trial.
_LABELS = re.compile(r"(?<=label value of )\d+|\s*Label values:.*")
_MESSAGE = re.compile(rf"(?P<what>(?P<kind>\w+): .*) \(see [^()]*/{re.escape(ERROR_FILE)}\)")


def record_failure(error: Exception, directory: Path) -> str:
    """Write an error's traceback into a trial's directory.

    Args:
        error: What the trial failed with.
        directory: The trial's directory.

    Returns:
        One line that says what happened, and in which file to read on.
    """
    write_text(directory / ERROR_FILE, "".join(traceback.format_exception(error)))
    return f"{describe_failure(error)} (see {directory.name}/{ERROR_FILE})"


def describe_failure(error: Exception) -> str:
    """Return one line of an error: its type, and the line of its text that says what is wrong.

    Args:
        error: The error. TensorFlow's and Keras's texts begin with words that say nothing.

    Returns:
        The line.
    """
    text = _telling_line(str(error))
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}..."
    return f"{type(error).__name__}: {text}"


def is_same_failure(one: str | None, other: str | None) -> bool:
    """Tell whether two trials failed by the same mistake, which is none of one network.

    Args:
        one: The message of a trial that failed, as `record_failure` made it.
        other: That of another one.
    """
    first, second = (_MESSAGE.fullmatch(message or "") for message in (one, other))
    if first is None or second is None or first["kind"] in _OF_ONE_CANDIDATE:
        return False
    return _LABELS.sub("", first["what"]) == _LABELS.sub("", second["what"])


def _telling_line(text: str) -> str:
    cleaned = (_PLACES.sub("", _STYLES.sub("", line)).strip() for line in text.splitlines())
    lines = [line for line in cleaned if line]
    if not lines:
        return ""
    if lines[0].startswith(_GRAPH_ERROR):
        telling = [line for line in lines[1:] if not _TRACE.match(line)]
        return telling[-1] if telling else lines[0]
    if _WRAPPING.match(lines[0]) and len(lines) > 1:
        return lines[1]
    return lines[0]
