"""A program that loads a SavedModel as TF-Serving does, in a process without Python's TensorFlow.

It calls the C++ loader that the server calls, through TensorFlow's C API. A line on its standard
input is a JSON document, the first one saying what to load and each of the others what to run; a
line on its standard output is the answer. It imports nothing but the standard library, so that it
runs as a file, isolated from everything else.

Source: the C API's header, tensorflow/c/c_api.h.
"""

from __future__ import annotations

import base64
import ctypes as c
import json
import math
import os
import sys
from collections.abc import Iterator
from typing import Any

# TF_DataType of what signatures take and give, and the bytes of one value.
_TYPES = {"float32": (1, 4), "uint8": (4, 1), "string": (7, 24), "int64": (9, 8)}
_NAMES = {number: name for name, (number, _) in _TYPES.items()}
_SIGNATURES: dict[str, tuple[Any, list[Any]]] = {
    "TF_NewStatus": (c.c_void_p, []),
    "TF_GetCode": (c.c_int, [c.c_void_p]),
    "TF_Message": (c.c_char_p, [c.c_void_p]),
    "TF_NewGraph": (c.c_void_p, []),
    "TF_NewSessionOptions": (c.c_void_p, []),
    "TF_LoadSessionFromSavedModel": (
        c.c_void_p,
        [*(c.c_void_p,) * 2, c.c_char_p, c.c_void_p, c.c_int, *(c.c_void_p,) * 3],
    ),
    "TF_GraphOperationByName": (c.c_void_p, [c.c_void_p, c.c_char_p]),
    "TF_SessionRun": (
        None,
        [
            *(*(c.c_void_p,) * 4, c.c_int),  # session, options, inputs and their number
            *(c.c_void_p, c.c_void_p, c.c_int),  # outputs and their number
            *(c.c_void_p, c.c_int, c.c_void_p, c.c_void_p),  # targets, metadata, status
        ],
    ),
    "TF_AllocateTensor": (c.c_void_p, [c.c_int, c.c_void_p, c.c_int, c.c_size_t]),
    "TF_TensorData": (c.c_void_p, [c.c_void_p]),
    "TF_TensorType": (c.c_int, [c.c_void_p]),
    "TF_NumDims": (c.c_int, [c.c_void_p]),
    "TF_Dim": (c.c_int64, [c.c_void_p, c.c_int]),
    "TF_DeleteTensor": (None, [c.c_void_p]),
    "TF_StringInit": (None, [c.c_void_p]),
    "TF_StringCopy": (None, [c.c_void_p, c.c_char_p, c.c_size_t]),
    "TF_StringGetDataPointer": (c.c_void_p, [c.c_void_p]),
    "TF_StringGetSize": (c.c_size_t, [c.c_void_p]),
}


class _Output(c.Structure):
    _fields_ = (("operation", c.c_void_p), ("index", c.c_int))


class _TensorFlowError(Exception):
    """What TensorFlow said."""


class _CApi:
    """The functions of `_SIGNATURES`, from whichever library has them."""

    def __init__(self, libraries: list[str]) -> None:
        loaded = [c.CDLL(path, mode=c.RTLD_GLOBAL) for path in libraries]
        for name, (result, arguments) in _SIGNATURES.items():
            function = next(getattr(lib, name) for lib in reversed(loaded) if hasattr(lib, name))
            function.restype, function.argtypes = result, arguments
            setattr(self, name, function)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


class _Session:
    """A loaded SavedModel."""

    def __init__(self, api: Any, directory: str) -> None:
        self._api = api
        self._graph = api.TF_NewGraph()
        self._status = api.TF_NewStatus()
        tags = (c.c_char_p * 1)(b"serve")
        self._session = api.TF_LoadSessionFromSavedModel(
            *(api.TF_NewSessionOptions(), None, directory.encode(), tags, 1, self._graph, None),
            self._status,
        )
        self._raise_if_failed()

    def run(self, inputs: dict[str, Any], outputs: list[str]) -> list[Any]:
        """Feed tensors by name, and return others."""
        api = self._api
        places = (_Output * len(inputs))(*map(self._place, inputs))
        tensors = (c.c_void_p * len(inputs))(*map(self._to_tensor, inputs.values()))
        wanted = (_Output * len(outputs))(*map(self._place, outputs))
        results = (c.c_void_p * len(outputs))()
        api.TF_SessionRun(
            *(self._session, None, places, tensors, len(inputs), wanted, results, len(outputs)),
            *(None, 0, None, self._status),
        )
        for tensor in tensors:
            api.TF_DeleteTensor(tensor)
        self._raise_if_failed()
        return [self._from_tensor(tensor) for tensor in results if tensor]

    def _raise_if_failed(self) -> None:
        if self._api.TF_GetCode(self._status):
            raise _TensorFlowError(self._api.TF_Message(self._status).decode(errors="replace"))

    def _place(self, name: str) -> _Output:
        operation, _, index = name.rpartition(":")
        found = self._api.TF_GraphOperationByName(self._graph, operation.encode())
        if not found:
            raise _TensorFlowError(f"the graph has no operation {operation!r}")
        return _Output(found, int(index))

    def _to_tensor(self, value: dict[str, Any]) -> int:
        api = self._api
        number, size = _TYPES[value["dtype"]]
        shape = value["shape"]
        length = math.prod(shape) * size
        sizes = (c.c_int64 * len(shape))(*shape)
        tensor: int = api.TF_AllocateTensor(number, sizes, len(shape), length)
        data = api.TF_TensorData(tensor)
        if value["dtype"] == "string":
            for place, text in enumerate(map(base64.b64decode, value["data"])):
                api.TF_StringInit(data + place * size)
                api.TF_StringCopy(data + place * size, text, len(text))
        else:
            c.memmove(data, base64.b64decode(value["data"]), length)
        return tensor

    def _from_tensor(self, tensor: int) -> dict[str, Any]:
        api = self._api
        number = api.TF_TensorType(tensor)
        if number not in _NAMES:
            raise _TensorFlowError(f"an output has the type {number}, which no signature has")
        dtype = _NAMES[number]
        size = _TYPES[dtype][1]
        shape = [api.TF_Dim(tensor, axis) for axis in range(api.TF_NumDims(tensor))]
        data = api.TF_TensorData(tensor)
        encoded: Any
        if dtype == "string":
            places = [data + index * size for index in range(math.prod(shape))]
            texts = [
                c.string_at(api.TF_StringGetDataPointer(place), api.TF_StringGetSize(place))
                for place in places
            ]
            encoded = [base64.b64encode(text).decode() for text in texts]
        else:
            encoded = base64.b64encode(c.string_at(data, math.prod(shape) * size)).decode()
        api.TF_DeleteTensor(tensor)
        return {"dtype": dtype, "shape": shape, "data": encoded}


def _serve(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Load what the first line names, run what the others ask for."""
    document = json.loads(next(lines))
    try:
        session = _Session(_CApi(document["libraries"]), document["directory"])
    except _TensorFlowError as error:
        yield {"error": str(error)}
        return
    yield {}
    for line in lines:
        document = json.loads(line)
        try:
            yield {"outputs": session.run(document["inputs"], document["outputs"])}
        except _TensorFlowError as error:
            yield {"error": str(error)}


if __name__ == "__main__":
    # What a graph prints must not be read as an answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for answer in _serve(iter(sys.stdin)):
        print(json.dumps(answer), file=answers, flush=True)
