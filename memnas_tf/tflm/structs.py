"""The sizes of the runtime's own structs, by word size."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from memnas_tf.documents.toml_text import read_toml
from memnas_tf.errors import ConfigError

WORDS = (32, 64)
FILE = Path(__file__).with_name("structs.toml")


class Struct(NamedTuple):
    """A struct's size and alignment in bytes."""

    bytes: int
    alignment: int


class Structs(NamedTuple):
    """What the runtime keeps, as it is compiled for one word size.

    Attributes:
        shared: Structs of the runtime itself, and of every tensor and operation.
        builtin_data: What the file says of an operation, by kind.
        operation_data: Bytes of what an operation's kernel works out, by kind.
    """

    shared: Mapping[str, Struct]
    builtin_data: Mapping[str, Struct]
    operation_data: Mapping[str, int]

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of operations whose needs are known."""
        return frozenset((*self.builtin_data, *self.operation_data))


@cache
def structs(word: int) -> Structs:
    """Return the sizes for a word size.

    Args:
        word: 32 for devices, 64 for the wheel on x86-64.

    Returns:
        The sizes.

    Raises:
        ConfigError: If the word size is another.
    """
    if word not in WORDS:
        raise ConfigError(f"word is {word!r}; use one of {', '.join(map(str, WORDS))}")
    tables = read_toml(FILE, "TOML of structs")[1][f"{word}-bit"]
    return Structs(
        {name: Struct(*size) for name, size in tables["structs"].items()},
        {kind: Struct(*size) for kind, size in tables["builtin_data"].items()},
        tables["operation_data"],
    )
