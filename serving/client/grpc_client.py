"""Ask a model server over gRPC, with the stubs of tensorflow-serving-api.

The stubs import TensorFlow's own messages and with them TensorFlow; the REST client does not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import grpc
import tensorflow as tf
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from tensorflow.core.framework.types_pb2 import DataType
from tensorflow_serving.apis.get_model_metadata_pb2 import (
    GetModelMetadataRequest,
    SignatureDefMap,
)
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

from serving.client.client import Client
from serving.client.deadline import Deadline
from serving.client.failures import CallFailed, check_model
from serving.client.prediction import Outputs
from serving.client.retries import RetryPolicy
from serving.client.served_signature import Images, Shape, Signature, make_signature
from serving.client.target import Target

_LONGEST_ANSWER = 256 << 20  # bytes
_TOO_LONG = "CLIENT: Received message larger than max"
_MORE_VALUES = 1000  # than a signature's outputs have
_OPTIONS = [
    # A batch of images and its answer may be larger than gRPC's 4 MB.
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", _LONGEST_ANSWER),
    # The server that is named is asked, whatever http_proxy says.
    ("grpc.enable_http_proxy", 0),
    # When to try again is for the retries to say: gRPC would answer from memory for a second.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    # Clients of one process that measure side by side each have a connection.
    ("grpc.use_local_subchannel_pool", 1),
]


class GrpcRequest(NamedTuple):
    """A request for predictions.

    Attributes:
        message: gRPC's message.
        most_values: The most values of an output.
    """

    message: PredictRequest
    most_values: int


class GrpcClient(Client):
    """Ask one model over gRPC, without a proxy whatever the environment says.

    Args:
        target: The model, on the server's gRPC port, 8500 as a rule.
        timeout: How long a call may take in all, further attempts included, in seconds.
        retries: How often to try.

    Raises:
        ServingError: If the timeout is none.
    """

    def __init__(
        self, target: Target, timeout: float = 10.0, retries: RetryPolicy | None = None
    ) -> None:
        super().__init__(target, timeout, retries)
        self._channel = grpc.insecure_channel(target.server, options=_OPTIONS)
        self._stub = PredictionServiceStub(self._channel)

    def prepare(self, images: Images, signature: Signature) -> GrpcRequest:
        """Make a request that `send_once` sends."""
        request = PredictRequest(model_spec=self._spec())
        request.model_spec.signature_name = signature.name
        dtype = tf.string if signature.takes_encoded else signature.dtype
        tensor = tf.make_tensor_proto(images, dtype=dtype)
        request.inputs[signature.input_name].CopyFrom(tensor)
        return GrpcRequest(request, _MORE_VALUES + signature.most_values(len(images)))

    def send_once(self, request: GrpcRequest, deadline: Deadline) -> Outputs:
        """Send a request, without trying again."""
        response = self._call(self._stub.Predict, request.message, deadline)
        return {
            name: _array(name, tensor, request.most_values)
            for name, tensor in response.outputs.items()
        }

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

    def _fetch_signatures(self, deadline: Deadline) -> dict[str, Signature | str]:
        request = GetModelMetadataRequest(model_spec=self._spec(), metadata_field=["signature_def"])
        response = self._call(self._stub.GetModelMetadata, request, deadline)
        signatures = SignatureDefMap()
        try:
            response.metadata["signature_def"].Unpack(signatures)
        except DecodeError as error:
            raise CallFailed("UNKNOWN", "its answer describes no signatures") from error
        return {
            name: make_signature(
                name,
                {key: _type_and_shape(info) for key, info in signature.inputs.items()},
                {key: _type_and_shape(info)[1] for key, info in sorted(signature.outputs.items())},
            )
            for name, signature in signatures.signature_def.items()
        }

    def _spec(self) -> ModelSpec:
        spec = ModelSpec(name=self.target.model)
        if self.target.version is not None:
            spec.version.value = self.target.version
        if self.target.label is not None:
            spec.version_label = self.target.label
        return spec

    def _call(self, method: Callable, request: Any, deadline: Deadline) -> Any:
        try:
            response = method(request, timeout=deadline.require())
        except grpc.RpcError as error:
            details = error.details() or ""
            # Of what does not fit in here gRPC says that a resource, ours, is exhausted.
            is_ours = _TOO_LONG in details
            raise CallFailed("UNKNOWN" if is_ours else error.code().name, details) from error
        spec = response.model_spec
        version = spec.version.value if spec.HasField("version") else None
        check_model(self.target, {"name": spec.name, "version": version})
        return response


def _array(name: str, tensor: Any, most_values: int) -> NDArray:
    """Read a tensor, which may claim a size that its message does not have."""
    sizes = [dimension.size for dimension in tensor.tensor_shape.dim]
    if min(sizes, default=0) < 0 or math.prod(sizes) > most_values:
        raise CallFailed("UNKNOWN", f"its output {name!r} has the shape {sizes[:8]}")
    try:
        array: NDArray = tf.make_ndarray(tensor)
        return array
    except (TypeError, ValueError) as error:
        raise CallFailed("UNKNOWN", f"its output {name!r} is no tensor: {error}") from error


def _type_and_shape(info: Any) -> tuple[str, Shape | None]:
    if info.tensor_shape.unknown_rank:
        return DataType.Name(info.dtype), None
    sizes = (dimension.size for dimension in info.tensor_shape.dim)
    return DataType.Name(info.dtype), tuple(None if size < 0 else size for size in sizes)
