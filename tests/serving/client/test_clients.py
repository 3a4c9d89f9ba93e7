"""Both clients against servers that speak the real protocols."""

import io
import threading
import time

import numpy as np
import pytest
from PIL import Image

from memnas_tf.errors import ServingError
from serving.client import GrpcClient, RestClient, RetryPolicy, Target
from tests.helpers.model_servers import grpc_server, rest_server

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3)).astype("uint8")


def test_predictions_are_the_networks_own(serving, network, preprocessing):
    with serving.client() as client:
        predictions = client.predict(PIXELS)
    normalised = (PIXELS.astype("float32") - preprocessing.mean) / preprocessing.std
    expected = np.asarray(network(normalised.astype("float32"), training=False))
    found = np.array([prediction.probabilities for prediction in predictions])
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert [prediction.label for prediction in predictions] == [
        preprocessing.labels[index] for index in expected.argmax(-1)
    ]
    assert predictions[0].probability == max(predictions[0].probabilities)


def test_a_signature_with_a_single_output_and_no_labels(serving, network):
    values = PIXELS.astype("float64") / 255
    with serving.client() as client:
        predictions = client.predict(values, "serve_raw")
    expected = np.asarray(network(values.astype("float32"), training=False))
    found = np.array([prediction.probabilities for prediction in predictions])
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert predictions[0].label is None


def test_encoded_images(encoded_serving):
    def encoded(brightness, form):
        file = io.BytesIO()
        Image.new("RGB", (31, 17), (brightness,) * 3).save(file, form)
        return file.getvalue()

    with encoded_serving.client("brightness") as client:
        predictions = client.predict([encoded(10, "PNG"), encoded(240, "JPEG")], "serve_bytes")
    assert [prediction.label for prediction in predictions] == ["dark", "bright"]
    assert predictions[0].top(5) == [
        (0, pytest.approx(245 / 255, abs=1e-3)),
        (1, pytest.approx(10 / 255, abs=1e-3)),
    ]


def test_a_version_or_its_label(serving):
    for version in ({"version": 1}, {"label": "stable"}):
        with serving.client(**version) as client:
            assert len(client.predict(PIXELS)) == 5


def test_no_image_asks_nothing(serving):
    with serving.client() as client:
        assert client.predict(PIXELS[:0]) == []
    assert serving.model.requests == 0


@pytest.mark.parametrize("code", ["UNAVAILABLE", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED"])
def test_a_flaky_server_is_asked_again(serving, code):
    serving.model.failures = [code, code]
    with serving.client() as client:
        assert len(client.predict(PIXELS)) == 5
    assert serving.model.requests == 3


def test_a_server_that_keeps_failing_is_left_alone_in_the_end(serving):
    serving.model.failures = ["RESOURCE_EXHAUSTED"] * 9
    with (
        serving.client() as client,
        pytest.raises(ServingError, match=r"has too much to do; tried 4 times .told to fail"),
    ):
        client.predict(PIXELS)
    assert serving.model.requests == 4


def test_what_cannot_pass_is_not_tried_again(serving):
    serving.model.failures = ["INTERNAL"]
    with (
        serving.client() as client,
        pytest.raises(ServingError, match=r"refused the request: .*, told to fail with INTERNAL"),
    ):
        client.predict(PIXELS)
    assert serving.model.requests == 1


def test_no_server(serving, free_port):
    server = f"127.0.0.1:{free_port}"
    with (
        serving.client(server=server) as client,
        pytest.raises(ServingError) as caught,
    ):
        client.predict(PIXELS)
    assert f"no model server answers at {server}; tried 4 times" in str(caught.value)
    assert "refused" in str(caught.value)


def test_a_server_that_starts_late(serving, free_port):
    patient = RetryPolicy(  # within the client's timeout
        attempts=20, first_wait=0.1, longest_wait=0.2
    )
    outcome = []

    def ask():
        with serving.client(server=f"127.0.0.1:{free_port}", retries=patient) as client:
            outcome.extend(client.predict(PIXELS))

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(0.4)  # it has been refused by now
    assert asking.is_alive()
    with serving.start(free_port):
        asking.join(timeout=20)
    assert len(outcome) == 5


@pytest.mark.parametrize(
    ("client_class", "server"), [(GrpcClient, rest_server), (RestClient, grpc_server)]
)
def test_the_port_of_the_other_protocol(fresh_model, client_class, server):
    once = RetryPolicy(attempts=1)
    with (
        server(fresh_model) as address,
        client_class(Target(address, "digits"), 5, once) as client,
        pytest.raises(ServingError, match="gRPC and REST have ports of their own"),
    ):
        client.predict(PIXELS)


def test_a_slow_server(serving):
    once = RetryPolicy(attempts=2, first_wait=0.01)
    with serving.client(timeout=10, retries=once) as client:
        client.predict(PIXELS)  # the signatures are known from here on
        client.timeout = 0.1
        serving.model.delay = 0.3
        with pytest.raises(ServingError, match=r"did not answer within 0.1 s"):
            client.predict(PIXELS)


@pytest.mark.parametrize(
    ("name", "version", "message"),
    [
        ("cats", {}, "does not serve a model 'cats' (Servable not found"),
        ("digits", {"version": 7}, "does not serve version 7 of a model 'digits'"),
        ("digits", {"label": "canary"}, "has no label 'canary' for model 'digits'"),
    ],
)
def test_what_is_not_served(serving, name, version, message):
    with serving.client(name, **version) as client, pytest.raises(ServingError) as caught:
        client.predict(PIXELS)
    assert message in str(caught.value)
    assert serving.address in str(caught.value)


@pytest.mark.parametrize(
    ("images", "signature", "message"),
    [
        (PIXELS, "serve", "'serve' is none of its signatures; use one of "),
        (PIXELS[:, :7], "serving_default", "an image of 7x8x3 is the wrong size"),
        (PIXELS[..., 0], "serving_default", "takes 8x8x3"),
        (PIXELS / 255, "serving_default", "takes uint8, and the pixels are float64"),
        ([b"GIF89a"], "serving_default", "takes uint8 pixels of 8x8x3, not encoded images"),
    ],
)
def test_images_that_do_not_fit(serving, images, signature, message):
    with serving.client() as client, pytest.raises(ServingError) as caught:
        client.predict(images, signature)
    assert message in str(caught.value)
    assert serving.model.requests == 0


def test_pixels_for_a_signature_of_files(encoded_serving):
    with (
        encoded_serving.client("brightness") as client,
        pytest.raises(ServingError, match="takes encoded images, not pixels"),
    ):
        client.predict(PIXELS, "serve_bytes")


def test_bytes_that_are_no_image(encoded_serving):
    with (
        encoded_serving.client("brightness") as client,
        pytest.raises(ServingError, match=r"refused the request: INVALID_ARGUMENT, .*image"),
    ):
        client.predict([b"no image at all"], "serve_bytes")
