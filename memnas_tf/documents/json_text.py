"""Parse JSON that nobody is trusted to have written."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from typing import Any

from memnas_tf.documents.regular_file import read_text
from memnas_tf.errors import DocumentError

_DEEPEST = 64
LARGEST_INTEGER = 2**63 - 1


def read_json(path: str | os.PathLike[str]) -> Any:
    """Read a JSON file.

    Args:
        path: The file.

    Returns:
        Its value, of which `parse_json` says what it can be.

    Raises:
        MissingDocumentError: If there is no such file.
        DocumentError: If it cannot be used.
        OSError: If the disk or the system fails.
    """
    text = read_text(path)
    try:
        return parse_json(text)
    except ValueError as error:
        raise DocumentError(path, str(error)) from error


def parse_json(text: str | bytes, allow_constants: bool = False) -> Any:
    """Parse JSON into values that arithmetic and printing survive.

    Args:
        text: The text; bytes are UTF-8.
        allow_constants: Whether numbers may be NaN or infinite, which JSON has no word for.

    Returns:
        Objects without a key twice, nested 64 deep at most; integers of 64 bits, floats that are
        finite, and text that can be printed and be a path.

    Raises:
        ValueError: If it is no such text.
    """
    text = text.decode("utf-8") if isinstance(text, bytes) else text
    if not text.strip():
        raise ValueError("it is empty")
    may_escape = "\\u" in text  # without it text is as a file in UTF-8 holds it
    try:
        value = json.loads(
            text,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=float if allow_constants else _refuse_constant,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON: {error}") from error
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    for entry in _entries(value):
        if may_escape and isinstance(entry, str):
            _check_text(entry)
    return value


_TOO_DEEP = f"it is nested more than {_DEEPEST} deep"


def _integer(digits: str) -> int:
    # Before `int` sees it, which refuses thousands of digits in words of its own.
    value = int(digits) if len(digits) < 21 else LARGEST_INTEGER + 1
    if abs(value) > LARGEST_INTEGER:
        raise ValueError(f"it holds a whole number of {len(digits.lstrip('-'))} digits")
    return value


def _float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("it holds a number too large for any computer")
    return value


def _refuse_constant(name: str) -> float:
    raise ValueError(f"it holds {name}, which is no number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"it holds the key {twice!r} twice")
    return value


def check_plain(value: Any) -> None:
    """Refuse a value of plain types that arithmetic, printing or a path would not survive.

    Args:
        value: Of dictionaries, lists, text, numbers, truth values and None.

    Raises:
        ValueError: If it is nested too deep, or holds an integer of over 64 bits, a float that is
            not finite, or text that cannot be printed or be a path.
    """
    for entry in _entries(value):
        if isinstance(entry, str):
            _check_text(entry)
        elif isinstance(entry, int):
            if abs(entry) > LARGEST_INTEGER:
                raise ValueError(f"it holds a whole number of {entry.bit_length()} bits")
        elif isinstance(entry, float) and not math.isfinite(entry):
            raise ValueError(f"it holds {entry}, which is no number")


def _entries(value: Any) -> Iterator[Any]:
    """Walk through what is nested in a value, not deeper than there may be something."""
    level = [value]
    for _ in range(_DEEPEST):
        below: list[Any] = []
        for entry in level:
            if isinstance(entry, dict):
                below += (*entry, *entry.values())
            elif isinstance(entry, list):
                below += entry
            else:
                yield entry
        if not below:
            return
        level = below
    raise ValueError(_TOO_DEEP)


def _check_text(text: str) -> None:
    if "\0" in text:
        raise ValueError("it holds text with a NUL in it")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("it holds half of a surrogate pair for text") from None
