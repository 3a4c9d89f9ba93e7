"""A load on a real server, whose failures are known."""

import os
import signal
import threading
import time

import numpy as np
import pytest

from serving.client import RestClient, RetryPolicy, Target
from serving.load_test.measuring import Load, Measurement, measure
from serving.load_test.random_images import make_images
from tests.helpers.model_servers import ServedModel, rest_server

ONCE = RetryPolicy(attempts=1)


@pytest.fixture(scope="module")
def model(model_directory):
    return ServedModel("digits", model_directory)


@pytest.fixture
def make_client(model):
    model.failures, model.delay, model.requests = [], 0.0, 0
    with rest_server(model) as address:
        yield lambda: RestClient(Target(address, "digits"), 10, ONCE)


def run(make_client, load, warm_up=0.0, seconds=0.5):
    with make_client() as client:
        signature = client.signature()
    images = make_images(signature, load.batch_size, None)
    return measure(make_client, images, signature, load, warm_up, seconds)


def test_latency_and_throughput(model, make_client):
    model.delay = 0.05
    measured = run(make_client, Load(2, 3))
    assert measured.failures == {}
    assert min(measured.latencies) >= 0.05
    assert measured.percentile(50) <= measured.percentile(99)
    assert model.requests == len(measured.latencies)
    assert measured.images_per_second == 3 * model.requests / measured.seconds
    assert measured.images_per_second <= 2 * 3 / 0.05  # two clients, three images each


def test_the_warm_up_does_not_count(model, make_client):
    model.delay = 0.02
    measured = run(make_client, Load(1, 1), warm_up=0.3, seconds=0.3)
    assert 0 < len(measured.latencies) < model.requests
    assert measured.seconds < 0.6


def test_failures_are_counted_by_name(model, make_client):
    model.delay = 0.01
    model.failures = ["UNAVAILABLE"] * 2 + ["INTERNAL"]
    measured = run(make_client, Load(1, 1))
    assert measured.failures == {"HTTP 500": 1, "UNAVAILABLE": 2}
    assert len(measured.latencies) == model.requests - 3


def test_a_server_that_is_gone_is_all_failures(make_client, free_port):
    with make_client() as client:
        signature = client.signature()
    images = make_images(signature, 1, None)
    gone = lambda: RestClient(Target(f"127.0.0.1:{free_port}", "digits"), 1, ONCE)  # noqa: E731
    measured = measure(gone, images, signature, Load(2, 1), 0, 0.3)
    assert set(measured.failures) == {"REFUSED"}
    assert measured.failures["REFUSED"] <= 2 * 7  # it is not hammered
    assert measured.percentile(50) is None
    assert measured.images_per_second == 0


def test_ctrl_c_leaves_no_client_running(model, make_client):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            run(make_client, Load(2, 1), seconds=30)
    finally:
        timer.join()
        signal.signal(signal.SIGINT, before)
    asked = model.requests
    assert asked > 0
    time.sleep(0.1)
    assert model.requests == asked


def test_percentiles():
    measured = Measurement(Load(1, 1), 2.0, tuple(np.arange(101) / 100))
    assert measured.percentile(90) == pytest.approx(0.9)
