"""Values as C++ writes them, and the templates of the files that hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

BYTES_A_LINE = 12
_PLAIN = frozenset(range(0x20, 0x7F)) - frozenset(b'"\\?')  # two ? may begin a trigraph


def render(template: str, values: Mapping[str, Any]) -> str:
    """Fill in one of the package's templates.

    Args:
        template: Its name, without `.jinja`.
        values: What it names.

    Returns:
        The file's text.
    """
    environment = Environment(
        loader=PackageLoader("serving.tflm"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        cpp_bytes=cpp_bytes, cpp_string=cpp_string, cpp_float=repr, method=add_method
    )
    return environment.get_template(f"{template}.jinja").render(values)


def cpp_bytes(content: bytes) -> str:
    """Write bytes as the lines of an initialiser, each with a comma after it."""
    lines = (
        content[start : start + BYTES_A_LINE] for start in range(0, len(content), BYTES_A_LINE)
    )
    return "\n".join("    " + " ".join(f"0x{byte:02x}," for byte in line) for line in lines)


def cpp_string(text: str) -> str:
    """Write text as a string literal that any compiler reads as its UTF-8.

    What is not plain becomes an escape of three octal digits, which no digit after it can lengthen.
    """
    escaped = "".join(
        chr(byte) if byte in _PLAIN else f"\\{byte:03o}" for byte in text.encode("utf-8")
    )
    return f'"{escaped}"'


def add_method(kind: str) -> str:
    """Name the method of `MicroMutableOpResolver` that registers a kind of operation.

    Args:
        kind: Its name in LiteRT, such as "DEPTHWISE_CONV_2D".

    Returns:
        The name, such as "AddDepthwiseConv2D".
    """
    words = (word if word[0].isdigit() else word.capitalize() for word in kind.split("_"))
    return "Add" + "".join(words)
