"""The gRPC client against servers that do what they like."""

import time
from concurrent import futures
from contextlib import contextmanager

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from memnas_tf.errors import ServingError
from serving.client import GrpcClient, RetryPolicy, Target
from serving.client.served_signature import Signature

PIXELS = np.zeros((1, 8, 8, 3), "uint8")
SIGNATURE = Signature("serving_default", "images", "uint8", (8, 8, 3), {"probabilities": (None, 3)})


@contextmanager
def answering(predict):
    class Servicer(prediction_service_pb2_grpc.PredictionServiceServicer):
        def Predict(self, request, context):
            return predict(context)

    server = grpc.server(
        futures.ThreadPoolExecutor(2), options=[("grpc.max_send_message_length", -1)]
    )
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(Servicer(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


def refusal(predict, timeout=10):
    with (
        answering(predict) as address,
        GrpcClient(Target(address, "digits"), timeout, RetryPolicy(attempts=1)) as client,
    ):
        client._signatures = {"serving_default": SIGNATURE}
        with pytest.raises(ServingError) as caught:
            client.predict(PIXELS)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def tensor(shape, **content):
    response = predict_pb2.PredictResponse()
    proto = response.outputs["probabilities"]
    proto.dtype = content.pop("dtype", tf.float32.as_datatype_enum)
    for size in shape:
        proto.tensor_shape.dim.add().size = size
    for name, value in content.items():
        field = getattr(proto, name)
        if isinstance(value, list):
            field.extend(value)
        else:
            setattr(proto, name, value)
    return lambda context: response


@pytest.mark.parametrize(
    ("predict", "message"),
    [
        (tensor([10**9, 10], float_val=[0.5]), "has the shape [1000000000, 10]"),
        (tensor([-1, 3], float_val=[0.5]), "has the shape [-1, 3]"),
        (tensor([1, 3], tensor_content=b"abc"), "is no tensor"),
        (tensor([1, 3], dtype=99), "is no tensor"),
        (tensor([1, 3], float_val=[float("nan")]), "answered with nan for a probability"),
        (tensor([1, 3], float_val=[5.0]), "answered with 5 for a probability"),
        (tensor([2, 3], float_val=[0.5]), "answered 1 images with probabilities of shape (2, 3)"),
        (lambda context: predict_pb2.PredictResponse(), "it gives nothing"),
    ],
)
def test_tensors_that_are_none(predict, message):
    assert message in refusal(predict)


def test_a_message_that_is_too_large():
    huge = tensor([1, 3], tensor_content=bytes(257 << 20))
    assert "CLIENT: Received message larger than max" in (message := refusal(huge, 60))
    assert "refused the request: UNKNOWN" in message


def test_the_timeout_holds():
    begin = time.monotonic()
    assert "did not answer within 0.5 s" in refusal(lambda context: time.sleep(3), 0.5)
    assert time.monotonic() - begin < 6  # the server ends what it began


def test_another_model_than_the_one_that_was_asked_for():
    def predict(context):
        response = predict_pb2.PredictResponse()
        response.model_spec.name = "cats"
        return response

    assert "of a model 'cats'" in refusal(predict)
