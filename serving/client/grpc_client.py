"""Ask a model server over gRPC, with the stubs of tensorflow-serving-api.

The stubs import TensorFlow's own messages and with them TensorFlow; the REST client does not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import tensorflow as tf
from tensorflow.core.framework.types_pb2 import DataType
from tensorflow_serving.apis.get_model_metadata_pb2 import (
    GetModelMetadataRequest,
    SignatureDefMap,
)
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

from serving.client.client import Client
from serving.client.failures import CallFailed
from serving.client.prediction import Outputs
from serving.client.retries import RetryPolicy
from serving.client.signature import Images, Signature, make_signature
from serving.client.target import Target

_OPTIONS = [
    # A batch of images and its answer may be larger than gRPC's 4 MB.
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    # When to try again is for the retries to say: gRPC would answer from memory for a second.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    # Clients of one process that measure side by side each have a connection.
    ("grpc.use_local_subchannel_pool", 1),
]


class GrpcClient(Client):
    """Ask one model over gRPC.

    Args:
        target: The model, on the server's gRPC port, 8500 as a rule.
        timeout: How long the server has for each attempt, in seconds.
        retries: How often to try.
    """

    def __init__(
        self, target: Target, timeout: float = 10.0, retries: RetryPolicy | None = None
    ) -> None:
        super().__init__(target, timeout, retries)
        self._channel = grpc.insecure_channel(target.server, options=_OPTIONS)
        self._stub = PredictionServiceStub(self._channel)

    def prepare(self, images: Images, signature: Signature) -> PredictRequest:
        """Make a request that `send_once` sends."""
        request = PredictRequest(model_spec=self._spec())
        request.model_spec.signature_name = signature.name
        dtype = tf.string if signature.takes_encoded else signature.dtype
        tensor = tf.make_tensor_proto(images, dtype=dtype)
        request.inputs[signature.input_name].CopyFrom(tensor)
        return request

    def send_once(self, request: PredictRequest) -> Outputs:
        """Send a request, without trying again."""
        response = self._call(self._stub.Predict, request)
        return {name: tf.make_ndarray(tensor) for name, tensor in response.outputs.items()}

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

    def _fetch_signatures(self) -> dict[str, Signature | str]:
        request = GetModelMetadataRequest(model_spec=self._spec(), metadata_field=["signature_def"])
        response = self._call(self._stub.GetModelMetadata, request)
        signatures = SignatureDefMap()
        response.metadata["signature_def"].Unpack(signatures)
        return {
            name: make_signature(
                name,
                {key: _type_and_shape(info) for key, info in signature.inputs.items()},
                list(signature.outputs),
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

    def _call(self, method: Callable, request: Any) -> Any:
        try:
            return method(request, timeout=self.timeout)
        except grpc.RpcError as error:
            raise CallFailed(error.code().name, error.details() or "") from error


def _type_and_shape(info: Any) -> tuple[str, tuple[int | None, ...]]:
    sizes = (dimension.size for dimension in info.tensor_shape.dim)
    return DataType.Name(info.dtype), tuple(None if size < 0 else size for size in sizes)
