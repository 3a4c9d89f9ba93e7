"""What a trial's result depends on, as plain facts that a chief and a worker compare."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import json
import types
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import keras
import keras_tuner
import numpy as np

from memnas_tf.operations import OPERATIONS

Facts = dict[str, Any]

_PACKAGES = ("memnas_tf", "tuner")
_LONGEST = 200  # characters of a fact; a longer one is told by its beginning and a checksum
_CHUNK = 1 << 24  # bytes of an array in a step
_NOT_COMPARED = {"verbose"}


@cache
def version_facts() -> Facts:
    """Return the versions and Keras's settings that a result depends on.

    Returns:
        Facts by name.
    """
    backend = keras.backend.backend()
    checksum = hashlib.sha256()  # a version's number is no proof of what is in the files
    for name in _PACKAGES:
        root = Path(importlib.import_module(name).__path__[0])
        for path in sorted(root.rglob("*.py")):
            checksum.update(path.relative_to(root).as_posix().encode())
            checksum.update(path.read_bytes())
    return {
        "memnas-tf": f"sources {checksum.hexdigest()[:12]}",
        "keras": keras.__version__,
        "keras-tuner": keras_tuner.__version__,
        "numpy": np.__version__,
        "backend": f"{backend} {importlib.import_module(backend).__version__}",
        "dtype policy": keras.config.dtype_policy().name,
        "floatx": keras.config.floatx(),
        "image data format": keras.config.image_data_format(),
    }


def operation_facts() -> Facts:
    """Return what the operations of the search space are made of, those from outside included."""
    return {
        f"operation {name}": describe(repr(operation.primitives))
        for name, operation in OPERATIONS.items()
    }


def object_facts(name: str, thing: object) -> Facts:
    """Return what tells an object of a class, a user's own perhaps, from another.

    Args:
        name: What it is, such as "hypermodel".
        thing: The object.

    Returns:
        Its class with a checksum of the source, and its numbers and texts, by name.
    """
    values = {key: value for key, value in vars(thing).items() if _is_plain(value)}
    plain = {f"{name}.{key}": describe(value) for key, value in values.items() if key[0] != "_"}
    return {name: _code(type(thing)), **plain}


def fit_facts(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Facts:
    """Return what tells the arguments of a training from others.

    Of arrays that is their content; of data sets that are read on the way, what they say of
    themselves.

    Args:
        args: Of `keras.Model.fit`, by position.
        kwargs: Of `keras.Model.fit`, by name.

    Returns:
        Facts by the argument's name.
    """
    names = list(inspect.signature(keras.Model.fit).parameters)[1:]
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    return {
        name: describe(value)
        for name, value in sorted(given.items())
        if name not in _NOT_COMPARED and value is not None
    }


def describe(value: Any) -> Any:
    """Describe a value so that equal values have equal descriptions on every machine.

    Args:
        value: A number, a text, an array, a data set or any other object.

    Returns:
        A plain value: a number or a text that is short enough to be read.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return _short(value)
    if isinstance(value, Mapping):
        return _short(_text({str(key): describe(value[key]) for key in value}))
    if isinstance(value, (list, tuple)):
        return _short(_text([describe(item) for item in value]))
    if isinstance(value, type) or inspect.isroutine(value):
        return _code(value)
    if hasattr(value, "__array__"):  # an array, a tensor or a table
        return _array(np.asarray(value))
    return _short(_object(value))


def array_checksum(array: np.ndarray) -> str:
    """Return a checksum of an array's values, read a part at a time.

    Args:
        array: The array; one on disk is not loaded as a whole.

    Returns:
        Eight hexadecimal digits.
    """
    checksum = 0
    if array.ndim == 0:
        array = array.reshape(1)
    rows = max(1, _CHUNK // max(1, array.nbytes // max(1, len(array))))
    for start in range(0, len(array), rows):
        part = array[start : start + rows]
        content = (
            repr(part.tolist()).encode("utf-8", "surrogatepass")
            if part.dtype.hasobject
            else np.ascontiguousarray(part).tobytes()
        )
        checksum = zlib.crc32(content, checksum)
    return f"{checksum:08x}"


def _array(array: np.ndarray) -> str:
    shape = "x".join(map(str, array.shape)) or "scalar"
    return f"{array.dtype} {shape}, checksum {array_checksum(array)}"


def _object(thing: Any) -> str:
    """Describe a callback, a data set or a configurable object of Keras."""
    parts: dict[str, Any] = {}
    if isinstance(thing, (keras.callbacks.Callback, keras.utils.PyDataset)):
        numbers = {name: value for name, value in vars(thing).items() if _is_number(value)}
        parts.update((name, numbers[name]) for name in sorted(numbers) if name[0] != "_")
    elif hasattr(thing, "get_config"):
        parts["config"] = _text(_without_names(thing.get_config()))
    if hasattr(thing, "element_spec"):
        parts["elements"] = str(thing.element_spec)
    if hasattr(thing, "cardinality"):
        parts["length"] = int(thing.cardinality())
    elif hasattr(thing, "__len__"):
        parts["length"] = len(thing)
    told = ", ".join(f"{name} {value}" for name, value in parts.items())
    return f"{_code(type(thing))}{f' ({told})' if told else ''}"


def _code(thing: Any) -> str:
    """Name a class or a function, with a checksum of its source where it is a user's own."""
    name = getattr(thing, "__qualname__", type(thing).__qualname__)
    module = (getattr(thing, "__module__", None) or "").split(".")[0]
    if module in {*_PACKAGES, "builtins", "keras", "keras_tuner", "tensorflow", "numpy"}:
        return str(name)
    try:
        source = inspect.getsource(thing)
    except (OSError, TypeError):  # made at run time
        return str(name)
    return f"{name}, source {zlib.crc32(source.encode()):08x}"


def _without_names(config: Any) -> Any:
    """Leave out what Keras counts within a process, such as "sgd_1"."""
    if isinstance(config, Mapping):
        return {key: _without_names(config[key]) for key in config if key != "name"}
    return (
        [_without_names(item) for item in config] if isinstance(config, (list, tuple)) else config
    )


def _is_number(value: object) -> bool:
    return value is None or isinstance(value, (bool, int, float))


def _is_plain(value: object) -> bool:
    return _is_number(value) or isinstance(value, (str, list, tuple, Mapping))


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=_nameless)


def _nameless(value: Any) -> str:
    if isinstance(value, types.FunctionType):
        return value.__qualname__
    return type(value).__qualname__  # no address of it, which differs from process to process


def _short(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    checksum = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{text[: _LONGEST // 2]}... (checksum {checksum})"
