"""A line of JSON per result in a file, so that a benchmark goes on where it was stopped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from memnas_tf.documents import decode, parse_json, read_text
from memnas_tf.errors import DocumentError
from memnas_tf.files import write_text

Key = TypeVar("Key")
Row = dict[str, Any]


def complete(
    path: Path, name: str, keys: Iterable[Key], measure: Callable[[Key], Row]
) -> list[Row]:
    """Measure what the file does not hold yet, adding each result as soon as it is there.

    Args:
        path: The file, which need not exist.
        name: What a result calls its key.
        keys: What is to be measured.
        measure: Measures one; its result holds the key under `name`.

    Returns:
        The results in the order of the keys.
    """
    rows = {row[name]: row for row in read_rows(path)} if path.exists() else {}
    results = []
    for key in keys:
        if key not in rows:
            rows[key] = measure(key)
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(rows[key]) + "\n")
        results.append(rows[key])
    return results


def read_rows(path: Path) -> list[Row]:
    """Read the results that a file holds.

    Args:
        path: The file.

    Returns:
        The results, in the order of its lines.

    Raises:
        DocumentError: If it cannot be read; the message names the line.
    """
    rows = []
    for number, line in enumerate(read_text(path).splitlines(), 1):
        try:
            rows.append(decode(dict[str, Any], parse_json(line, allow_constants=True)))
        except ValueError as error:
            raise DocumentError(path, f"line {number}: {error}") from error
    return rows


def keep_of_table(path: Path, networks: int) -> None:
    """Drop results that were measured on a table of another size.

    Args:
        path: The file of results, which need not exist.
        networks: The number of networks of the table.
    """
    if path.exists():
        rows = read_rows(path)
        kept = [row for row in rows if row["networks"] == networks]
        if len(kept) < len(rows):
            write_text(path, "".join(f"{json.dumps(row)}\n" for row in kept))
