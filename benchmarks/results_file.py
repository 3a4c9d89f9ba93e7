"""A line of JSON per result in a file, so that a benchmark goes on where it was stopped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

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
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = {row[name]: row for row in map(json.loads, lines)}
    results = []
    for key in keys:
        if key not in rows:
            rows[key] = measure(key)
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(rows[key]) + "\n")
        results.append(rows[key])
    return results


def keep_of_table(path: Path, networks: int) -> None:
    """Drop results that were measured on a table of another size.

    Args:
        path: The file of results, which need not exist.
        networks: The number of networks of the table.
    """
    if path.exists():
        lines = path.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if json.loads(line)["networks"] == networks]
        if len(kept) < len(lines):
            path.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
