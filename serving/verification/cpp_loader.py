"""A SavedModel in the C++ loader that TF-Serving calls, in a process of its own."""

from __future__ import annotations

import base64
import json
import math
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from serving.verification.check import CheckFailed

_PROGRAM = Path(__file__).with_name("cpp_process.py")
# In the order in which they are loaded.
_LIBRARIES = ("framework", "cc")
_RESTORE = "RestoreV2"
_NODE = re.compile(r"\[\[\{\{.*?\}\}\]\]")
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}


class CppModel:
    """A SavedModel that is loaded, in a process of its own, when it is first run.

    Args:
        path: The SavedModel's directory.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._process: subprocess.Popen[str] | None = None
        self._load_error = ""
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process

    def run(
        self, inputs: Mapping[str, Sequence[bytes] | NDArray[Any]], outputs: Sequence[str]
    ) -> list[NDArray[Any]]:
        """Feed a batch and fetch what the model makes of it.

        Args:
            inputs: Arrays or lists of strings by the names of tensors in the graph.
            outputs: Names of tensors.

        Returns:
            An array for every output.

        Raises:
            CheckFailed: If the SavedModel cannot be loaded or run.
        """
        self.load()
        values = {name: _encode(value) for name, value in inputs.items()}
        answer = self._ask({"inputs": values, "outputs": list(outputs)})
        if "error" in answer:
            raise CheckFailed(_in_one_line(answer["error"]))
        return [_decode(value) for value in answer["outputs"]]

    def load(self) -> None:
        """Load the SavedModel, unless it is loaded.

        Raises:
            CheckFailed: If that fails.
        """
        if self._load_error:
            raise CheckFailed(self._load_error)
        if self._process is None:
            self._start()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
        self._said.close()

    def _start(self) -> None:
        document = {"libraries": find_libraries(), "directory": str(self._path.absolute())}
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            env={**os.environ, **_QUIET},
            start_new_session=True,  # Ctrl-C is for the command, which ends this process itself
        )
        answer = self._ask(document)
        if "error" in answer:
            reason = _in_one_line(answer["error"])
            # The operation that reads variables says what is wrong, but not with what.
            where = "the files in variables are damaged: " if _RESTORE in answer["error"] else ""
            self._load_error = f"the C++ loader refuses it: {where}{reason}"
            raise CheckFailed(self._load_error)

    def _ask(self, document: Mapping[str, Any]) -> dict[str, Any]:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise RuntimeError("the process has not been started")
        try:
            process.stdin.write(json.dumps(document) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise CheckFailed(self._last_words(process.wait()))
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _last_words(self, code: int) -> str:
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").strip().splitlines()
        self._load_error = f"the process of the C++ loader died with code {code}" + (
            f": {lines[-1]}" if lines else ""
        )
        return self._load_error


def find_libraries() -> list[str]:
    """Find TensorFlow's C++ libraries without importing TensorFlow.

    Returns:
        Their files, in the order in which they are to be loaded.

    Raises:
        CheckFailed: If TensorFlow is not installed, or has no such library.
    """
    spec = find_spec("tensorflow")
    if spec is None or not spec.submodule_search_locations:
        raise CheckFailed("TensorFlow is not installed; its C++ loader is needed")
    folder = Path(next(iter(spec.submodule_search_locations)))
    ending = ".{}.dylib" if sys.platform == "darwin" else ".so.{}"
    libraries = []
    for name in _LIBRARIES:
        file = f"libtensorflow_{name}{ending.format('2')}"
        if not (folder / file).is_file():
            raise CheckFailed(
                f"the installed TensorFlow has no {file}; install the package tensorflow of "
                "Linux or macOS"
            )
        libraries.append(str(folder / file))
    return libraries


def _encode(value: Sequence[bytes] | NDArray[Any]) -> dict[str, Any]:
    if isinstance(value, np.ndarray) and value.dtype != object:
        data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
        return {"dtype": value.dtype.name, "shape": list(value.shape), "data": data}
    texts = [base64.b64encode(text).decode() for text in value]
    return {"dtype": "string", "shape": [len(texts)], "data": texts}


def _decode(value: Mapping[str, Any]) -> NDArray[Any]:
    shape = tuple(value["shape"])
    if value["dtype"] == "string":
        texts = np.empty(math.prod(shape), object)
        texts[:] = [base64.b64decode(text) for text in value["data"]]
        return texts.reshape(shape)
    return np.frombuffer(base64.b64decode(value["data"]), value["dtype"]).reshape(shape)


def _in_one_line(message: str) -> str:
    """Leave out line breaks, and the nodes of the graph that TensorFlow was at."""
    return " ".join(_NODE.sub("", message).split())
