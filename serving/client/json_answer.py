"""The JSON of a model server's REST port, of which nothing is taken for granted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from serving.client.connection import Answer
from serving.client.failures import CallFailed

_Value = TypeVar("_Value")


def read_answer(answer: Answer, read: Callable[[Any], _Value]) -> _Value:
    """Read an answer.

    Args:
        answer: The answer.
        read: Takes what is wanted out of the JSON document.

    Returns:
        What it took.

    Raises:
        CallFailed: If it is no JSON, or not what the server's documentation says.
    """
    try:
        return read(json.loads(answer.body, object_pairs_hook=_unique))
    except (LookupError, TypeError, AttributeError, ValueError, RecursionError) as error:
        kind = f", but {answer.content_type!r}" if answer.content_type else ""
        raise CallFailed(
            "UNKNOWN",
            f"its answer is none of a model server's REST port{kind} ({_words(error)})",
        ) from error


def error_text(answer: Answer) -> str:
    """Return what an answer that is no success says of the reason."""
    try:
        return str(json.loads(answer.body)["error"])
    except (LookupError, TypeError, ValueError, RecursionError):
        return f"HTTP {answer.status} {answer.reason}"


def shape_of(info: Any) -> tuple[int | None, ...] | None:
    """Read the shape of a tensor of a signature; None where none is given."""
    shape = info.get("tensor_shape")
    if shape is None or shape.get("unknown_rank"):
        return None
    sizes = [int(dimension["size"]) for dimension in shape.get("dim", [])]
    return tuple(None if size < 0 else size for size in sizes)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a name is there twice")
    return document


def _words(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, KeyError):
        return f"it lacks {error}"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
