"""How many bytes a flatbuffer takes, without writing it.

A flatbuffer is written from its end, every value aligned. What is written once can be pointed to
from several places, and tables of the same form share the list of their fields.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import cache
from typing import NamedTuple

OFFSET = 4  # bytes of an offset, and of the length before a vector


class _Form(NamedTuple):
    """How long a table is with what it is aligned by, and how far from its start each field is."""

    bytes: int
    places: frozenset[tuple[int, int]]


@cache
def _form(fields: tuple[tuple[int, int], ...], start: int) -> _Form:
    """Lay out a table whose end is so many bytes after a multiple of an offset's size."""
    size, places = start, {}
    for number, width in fields:
        size += -size % width + width
        places[number] = size
    size += -size % OFFSET + OFFSET
    return _Form(size - start, frozenset((n, size - place) for n, place in places.items()))


class Layout:
    """Counts the bytes of a flatbuffer while it is put together.

    Attributes:
        size: Bytes so far.
    """

    def __init__(self) -> None:
        self.size = 0
        self._written: set[Hashable] = set()
        self._forms: set[Hashable] = set()

    def vector(self, key: Hashable, count: int, width: int, alignment: int = 0) -> None:
        """Write a vector, unless one of the same key is there."""
        if self._is_new(("vector", key)):
            self._align(OFFSET, count * width)
            self._align(alignment or width, count * width)
            self.size += count * width + OFFSET

    def table(self, fields: Mapping[int, int], key: Hashable = None) -> None:
        """Write a table, unless one of the same key is there.

        Args:
            fields: The number that the schema gives each field that is not left out, and its
                bytes, in the order of writing.
            key: What it holds; None for one that is not shared.
        """
        if key is not None and not self._is_new(("table", key)):
            return
        form = _form(tuple(fields.items()), self.size % OFFSET)
        self.size += form.bytes
        if form not in self._forms:
            self._forms.add(form)
            self.size += 2 * (3 + max(fields, default=-1))  # both lengths, and a place for each

    def finish(self) -> int:
        """Write what a file begins with; return its bytes, a multiple of the alignment."""
        self._align(16, 2 * OFFSET)
        return self.size + 2 * OFFSET

    def _is_new(self, key: Hashable) -> bool:
        is_new = key not in self._written
        self._written.add(key)
        return is_new

    def _align(self, alignment: int, following: int = 0) -> None:
        self.size += -(self.size + following) % alignment
