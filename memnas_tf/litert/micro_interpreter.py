"""What the interpreter of TensorFlow Lite for Microcontrollers really does and allocates.

It needs tflite-micro, which `pip install memnas-tf[tflm]` brings, and runs on x86-64.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy.typing as npt

from memnas_tf.errors import ExportError
from memnas_tf.litert.quiet import quiet_output

LARGE = 1 << 24  # bytes, more than any microcontroller has
_NOT_INSTALLED = (
    "TensorFlow Lite for Microcontrollers is not installed; install it with "
    "pip install 'memnas-tf[tflm]' (x86-64 Linux, Python 3.10 to 3.12)"
)


class ArenaUse(NamedTuple):
    """What an interpreter has allocated, in bytes.

    Attributes:
        used: All of it.
        head: Tensors and scratch buffers.
        tail: The runtime's bookkeeping.
    """

    used: int
    head: int
    tail: int


def check_micro_installed() -> None:
    """Refuse at once what needs the interpreter where it is not installed.

    Raises:
        ExportError: If tflite-micro is not installed.
    """
    if find_spec("tflite_micro") is None:
        raise ExportError(_NOT_INSTALLED)


def require_micro_interpreter() -> Any:
    """Import the interpreter's module.

    Returns:
        `tflite_micro.runtime`.

    Raises:
        ExportError: If tflite-micro is not installed.
    """
    try:
        from tflite_micro import runtime
    except ImportError as error:
        raise ExportError(_NOT_INSTALLED) from error
    return runtime


def start_micro_interpreter(content: bytes, arena_size: int = LARGE) -> Any:
    """Load a LiteRT model into an arena of a given size.

    Args:
        content: The LiteRT model.
        arena_size: The arena's bytes.

    Returns:
        An interpreter of tflite-micro.

    Raises:
        ExportError: If tflite-micro is not installed, or cannot run the model in that arena.
    """
    runtime = require_micro_interpreter()
    with quiet_output():
        try:
            return runtime.Interpreter.from_bytes(content, arena_size=arena_size)
        except RuntimeError as error:
            raise ExportError(
                "TensorFlow Lite for Microcontrollers does not run the model in "
                f"{arena_size:,} bytes: {error}"
            ) from error


def micro_outputs(interpreter: Any, image: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Run a model of one input and one output on an image.

    Args:
        interpreter: From `start_micro_interpreter`.
        image: A batch of one, of the input's shape and type.

    Returns:
        The output.
    """
    interpreter.set_input(image, 0)
    interpreter.invoke()
    output: npt.NDArray[Any] = interpreter.get_output(0)
    return output


def measured_arena(content: bytes) -> ArenaUse:
    """Load a LiteRT model and read what the interpreter tells of its arena.

    Args:
        content: The LiteRT model.

    Returns:
        What is allocated.
    """
    interpreter = start_micro_interpreter(content)
    lines = _printed(interpreter.print_allocations)
    numbers = [_number(lines, part) for part in ("total", "head", "tail")]
    return ArenaUse(*numbers)


def runs_in(content: bytes, arena_size: int) -> bool:
    """Tell whether the interpreter takes a LiteRT model in an arena of a given size."""
    try:
        start_micro_interpreter(content, arena_size)
    except ExportError:
        return False
    return True


def _number(lines: str, part: str) -> int:
    found = re.search(rf"Arena allocation {part} (\d+) bytes", lines)
    if found is None:
        raise ExportError(f"the interpreter does not tell its arena's {part}: {lines[:200]!r}")
    return int(found[1])


def _printed(call: Callable[[], object]) -> str:
    """Return what C++ writes to the standard error stream meanwhile."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            call()
        finally:
            os.dup2(kept, 2)
            os.close(kept)
        file.seek(0)
        return file.read().decode(errors="replace")
