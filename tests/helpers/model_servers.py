"""Model servers for the tests of clients: the real protocols and the real SavedModel.

They answer as TF-Serving's sources say that it does, and can be told to be slow or to fail. What
passes against them shows that a client works, and says nothing of TF-Serving itself.
"""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import grpc
import numpy as np
import tensorflow as tf
from google.protobuf import json_format
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
)


class Refused(Exception):
    """What a server answers instead of a prediction."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code, self.message = code, message


class ServedModel:
    """One model of a server, with all its versions."""

    def __init__(self, name, directory, labels=()):
        self.name, self.labels = name, dict(labels)
        self.states, self._models, self._definitions = {}, {}, {}
        for path in sorted(Path(directory).iterdir()):
            self.load(path)
        self.failures = []  # the codes that the next requests fail with
        self.delay = 0.0  # how long an answer takes, in seconds
        self.requests = 0  # for predictions

    def load(self, path):
        version = int(path.name)
        self._models[version] = tf.saved_model.load(str(path))
        proto = SavedModel.FromString((path / "saved_model.pb").read_bytes())
        self._definitions[version] = proto.meta_graphs[0].signature_def
        self.states[version] = "AVAILABLE"

    def find(self, name, version=None, label=None):
        if label is not None and label not in self.labels:
            raise Refused("INVALID_ARGUMENT", f"Unrecognized servable version label: {label}")
        version = self.labels[label] if label is not None else version
        if name != self.name or version not in (None, *self._models):
            wanted = "Latest({})" if version is None else f"Specific({{}}, {version})"
            raise Refused("NOT_FOUND", f"Servable not found for request: {wanted.format(name)}")
        return max(self._models) if version is None else version

    def definitions(self, version):
        return {
            name: definition
            for name, definition in self._definitions[version].items()
            if not name.startswith("__")
        }

    def predict(self, version, signature, inputs):
        self.requests += 1
        time.sleep(self.delay)
        if self.failures:
            code = self.failures.pop(0)
            raise Refused(code, f"told to fail with {code}")
        function = self._models[version].signatures.get(signature)
        if function is None:
            raise Refused("FAILED_PRECONDITION", f'Serving signature key "{signature}" not found.')
        try:
            outputs = function(**{name: tf.constant(value) for name, value in inputs.items()})
        except (tf.errors.InvalidArgumentError, ValueError, TypeError) as error:
            raise Refused("INVALID_ARGUMENT", str(error)) from error
        return {name: value.numpy() for name, value in outputs.items()}


class _Servicer(prediction_service_pb2_grpc.PredictionServiceServicer):
    def __init__(self, model):
        self._model = model

    def Predict(self, request, context):
        with _refusals(context):
            version = self._find(request.model_spec)
            inputs = {name: tf.make_ndarray(value) for name, value in request.inputs.items()}
            outputs = self._model.predict(version, request.model_spec.signature_name, inputs)
            response = predict_pb2.PredictResponse()
            for name, value in outputs.items():
                response.outputs[name].CopyFrom(tf.make_tensor_proto(value))
            return response

    def GetModelMetadata(self, request, context):
        with _refusals(context):
            version = self._find(request.model_spec)
            definitions = get_model_metadata_pb2.SignatureDefMap()
            for name, definition in self._model.definitions(version).items():
                definitions.signature_def[name].CopyFrom(definition)
            response = get_model_metadata_pb2.GetModelMetadataResponse()
            response.metadata["signature_def"].Pack(definitions)
            return response

    def _find(self, spec):
        choice = spec.WhichOneof("version_choice")
        return self._model.find(
            spec.name,
            spec.version.value if choice == "version" else None,
            spec.version_label if choice == "version_label" else None,
        )


@contextmanager
def _refusals(context):
    try:
        yield
    except Refused as refused:
        context.abort(grpc.StatusCode[refused.code], refused.message)


@contextmanager
def grpc_server(model, port=0):
    """Serve a model over gRPC, on a free port unless one is named; yield HOST:PORT."""
    server = grpc.server(ThreadPoolExecutor(8), options=[("grpc.max_receive_message_length", -1)])
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(_Servicer(model), server)
    port = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


_HTTP_NUMBERS = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
_PATH = re.compile(
    r"/v1/models/(?P<name>[^/:]+)(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?"
    r"(?P<method>:predict|/metadata)?"
)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer waits 40 ms
    model: ServedModel

    def do_GET(self):
        self._answer(self._get)

    def do_POST(self):
        self._answer(self._post)

    def _get(self, match):
        version = self._find(match)
        if match["method"] == "/metadata":
            definitions = {
                name: json_format.MessageToDict(definition, preserving_proto_field_name=True)
                for name, definition in self.model.definitions(version).items()
            }
            return {"metadata": {"signature_def": {"signature_def": definitions}}}
        chosen = match["version"] or match["label"]
        versions = [version] if chosen else sorted(self.model.states, reverse=True)
        return {
            "model_version_status": [
                {"version": str(number), "state": self.model.states[number]} for number in versions
            ]
        }

    def _post(self, match):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        version = self._find(match)
        signature = body["signature_name"]
        definition = self.model.definitions(version).get(signature)
        inputs = {
            name: _tensor(values, definition and definition.inputs[name].dtype)
            for name, values in body["inputs"].items()
        }
        outputs = self.model.predict(version, signature, inputs)
        values = {name: _json_values(value) for name, value in outputs.items()}
        return {"outputs": next(iter(values.values())) if len(values) == 1 else values}

    def _find(self, match):
        version = match["version"] and int(match["version"])
        return self.model.find(match["name"], version, match["label"])

    def _answer(self, method):
        match = _PATH.fullmatch(self.path)
        try:
            number, document = 200, method(match)
        except Refused as refused:
            number, document = _HTTP_NUMBERS[refused.code], {"error": refused.message}
        body = json.dumps(document, indent=1).encode()
        try:
            self.send_response(number)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # the client has given up

    def log_message(self, *arguments):
        pass


def _tensor(values, dtype):
    if dtype == tf.string.as_datatype_enum:
        return np.array([base64.b64decode(value["b64"]) for value in values], object)
    try:
        return np.array(values, tf.dtypes.as_dtype(dtype or "float32").as_numpy_dtype)
    except ValueError as error:
        raise Refused("INVALID_ARGUMENT", str(error)) from error


def _json_values(array):
    if array.dtype == object:
        return [value.decode() for value in array]
    return array.tolist()


@contextmanager
def rest_server(model, port=0):
    """Serve a model over REST, on a free port unless one is named; yield HOST:PORT."""
    handler = type("Handler", (_Handler,), {"model": model})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
