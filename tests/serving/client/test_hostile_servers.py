"""The REST client against servers that do what they like, and both clients beside a proxy."""

import gzip
import json
import re
import resource
import socket
import time

import numpy as np
import pytest

from memnas_tf.errors import ServingError
from serving.client import RestClient, RetryPolicy, Target
from serving.client.connection import DirectConnection
from serving.client.deadline import Deadline
from serving.client.failures import CallFailed
from tests.helpers.hostile_servers import (
    METADATA,
    RawServer,
    after_metadata,
    always,
    endless,
    proxy_in_the_environment,
    response,
)

ONCE = RetryPolicy(attempts=1)
PIXELS = np.zeros((1, 8, 8, 3), "uint8")
GOOD = {"probabilities": [[0.5, 0.25, 0.25]], "class_id": [0], "label": ["zero"]}


def ask(talk, timeout=10, retries=ONCE):
    with (
        RawServer(talk) as server,
        RestClient(Target(server.address, "digits"), timeout, retries) as client,
    ):
        return client.predict(PIXELS)


def refusal(talk, **options):
    with pytest.raises(ServingError) as caught:
        ask(talk, **options)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def answering(document):
    return after_metadata(always(response(document)))


def test_an_answer_as_it_should_be():
    (prediction,) = ask(answering({"outputs": GOOD}))
    assert (prediction.label, prediction.probability) == ("zero", 0.5)


def test_http_1_0_closes_after_each_answer():
    def talk(connection, line):
        body = METADATA if "/metadata" in line else {"outputs": GOOD}
        connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + json.dumps(body).encode())
        connection.close()

    assert ask(talk)[0].label == "zero"


def test_a_connection_that_the_server_has_closed_is_made_again():
    with RawServer(always(response(METADATA))) as server:
        with RestClient(Target(server.address, "digits"), 10, ONCE) as client:
            client.signature()
            connection = client._connection._http.sock
            connection.shutdown(2)
            client._signatures = None
            client.signature()
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        ({"probabilities": [[0.5, 0.25, 0.25]] * 2}, "answered 1 images with probabilities of"),
        ({"probabilities": []}, "answered 1 images with probabilities of shape"),
        ({"probabilities": [[0.5, 0.5]]}, "gives 3 classes, and the server answered with 2"),
        ({"probabilities": [[float("nan"), 0, 0]]}, "answered with nan for a probability"),
        ({"probabilities": [[float("inf"), 0, 0]]}, "answered with inf for a probability"),
        ({"probabilities": [[5.0, 0, 0]]}, "answered with 5 for a probability"),
        ({"probabilities": [[-0.5, 0.5, 1]]}, "answered with -0.5 for a probability"),
        ({"probabilities": [["a", "b", "c"]]}, "must be numbers"),
        ({"probabilities": [[None, 0, 1]]}, "must be numbers"),
        ({"probabilities": [[True, False, False]]}, "must be numbers"),
        ({"probabilities": [[10**400, 0, 0]]}, "must be numbers"),
        ({"probabilities": [[0.5, 0.5], [1]]}, "none of a model server"),
        ({"probabilities": {"a": 1}}, "must be numbers"),
        ({"scores": [[1, 0, 0]]}, "gives no 'probabilities'; it gives 'scores'"),
        ([], "none of a model server"),
        (7, "none of a model server"),
        ({**GOOD, "class_id": [3]}, "class id 3, and there are probabilities of 3"),
        ({**GOOD, "class_id": [-1]}, "class id -1"),
        ({**GOOD, "class_id": [1]}, "not the likeliest"),
        ({**GOOD, "class_id": [0.0]}, "a whole number for each"),
        ({**GOOD, "class_id": 0}, "a whole number for each"),
        ({**GOOD, "label": [7]}, "there must be a text for each"),
        ({**GOOD, "label": [None]}, "there must be a text for each"),
        ({**GOOD, "label": ["a", "b"]}, "there must be a text for each"),
        ({**GOOD, "label": [["a"]]}, "there must be a text for each"),
        ({**GOOD, "label": "zero"}, "there must be a text for each"),
    ],
)
def test_predictions_that_are_none(outputs, message):
    assert message in refusal(answering({"outputs": outputs}))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (b'{"outputs": 1' + b"0" * 5000 + b"}", "none of a model server's REST port"),
        (b'{"outputs": {}, "outputs": {}}', "a name is there twice"),
        (b"<html>sign in</html>", "but 'text/html'"),
        (b"", "none of a model server's REST port"),
        (b"\xff\xfe\x00", "none of a model server's REST port"),
        (b"null", "none of a model server's REST port"),
        (b'{"predictions": []}', "lacks 'outputs'"),
    ],
)
def test_bodies_that_are_no_answer(body, message):
    talk = always(response(body, "200 OK", "Content-Type: text/html"))
    assert message in refusal(after_metadata(talk))


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        [],
        {"metadata": None},
        {"metadata": {"signature_def": {"signature_def": [1]}}},
        {"metadata": {"signature_def": {"signature_def": {"serving_default": 7}}}},
        {"model_spec": 7, **METADATA["metadata"]},
    ],
)
def test_descriptions_that_are_none(metadata):
    assert "none of a model server's REST port" in refusal(always(response(metadata)))


def test_another_model_than_the_one_that_was_asked_for():
    document = {**METADATA, "model_spec": {"name": "cats", "version": "9"}}
    assert "is of version 9 of a model 'cats'" in refusal(always(response(document)))


def test_no_redirect_is_followed():
    with RawServer(always(response({"outputs": GOOD}))) as other:
        leads = f"Location: http://{other.address}/v1/models/digits:predict"
        for status in ("301 Moved", "302 Found", "307 Temporary", "308 Permanent"):
            message = refusal(after_metadata(always(response(b"", status, leads))))
            assert f"HTTP {status[:3]}" in message and other.address in message
        assert other.requests == []


@pytest.mark.parametrize("status", ["502 Bad Gateway", "503 Unavailable", "504 Gateway Timeout"])
def test_a_gateway_s_answer_is_an_error(status):
    refusal(after_metadata(always(response(b"<html>", status))))


def test_a_redirecting_error_page_is_cut_short():
    talk = always(response({"error": "\x1b[31m" + "word " * 10_000}, "400 Bad Request"))
    assert len(refusal(talk)) < 500


@pytest.mark.parametrize(
    "talk",
    [
        always(response({"outputs": GOOD}), pause=0.2),  # the head, too
        lambda connection, line: time.sleep(30),
        lambda connection, line: endless_head(connection),
    ],
    ids=["drip", "silence", "endless head"],
)
@pytest.mark.parametrize("first", [after_metadata, lambda talk: talk], ids=["predict", "metadata"])
def test_the_timeout_holds_for_the_whole_call(talk, first):
    begin = time.monotonic()
    message = refusal(first(talk), timeout=1, retries=RetryPolicy(attempts=9))
    assert "did not answer within 1 s" in message
    assert time.monotonic() - begin < 3


def endless_head(connection):
    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.05)


def test_a_server_that_reads_no_request_is_given_up():
    """It never accepts, so that a large request fills the buffers."""
    with (
        RawServer(always(response(METADATA))) as server,
        RestClient(Target(server.address, "digits"), 60, ONCE) as client,
        socket.create_server(("127.0.0.1", 0), backlog=1) as deaf,
    ):
        request = client.prepare(np.zeros((20_000, 8, 8, 3), "uint8"), client.signature())
        client.close()
        client._connection = DirectConnection("127.0.0.1", deaf.getsockname()[1])
        with pytest.raises(CallFailed, match="DEADLINE_EXCEEDED"):
            client.send_once(request, Deadline(0.5))


@pytest.mark.parametrize(
    "talk",
    [
        endless,
        always(b"HTTP/1.1 200 OK\r\nContent-Length: 600000000\r\n\r\n"),
        always(response(gzip.compress(b" " * (600 << 20)), "200 OK", "Content-Encoding: gzip")),
    ],
    ids=["endless", "600 MB", "gzip bomb"],
)
def test_a_huge_answer_is_left_unread(talk):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    message = refusal(after_metadata(talk))
    assert re.search(r"longer than the \d+ bytes|is encoded as 'gzip', unasked", message)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10  # KiB


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", "in the middle of the answer"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
            "in the middle of the answer",
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "closed in the middle"),
        (b"HTTP/1.1 200", "none of a model server's REST port"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "does not speak HTTP"),  # an alert of TLS
        (b"SSH-2.0-OpenSSH_9.6\r\n", "does not speak HTTP"),
        (b"HTTP/1.1 999999 What\r\n\r\n", "does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", "does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "does not speak HTTP"),
        (b"", "no model server answers"),
    ],
)
def test_a_connection_that_breaks_off_or_is_no_http(content, message):
    def talk(connection, line):
        connection.sendall(content)
        connection.shutdown(2)

    assert message in refusal(after_metadata(talk))


@pytest.mark.parametrize("host", ["no-such-name.invalid", "a..b", "x" * 70 + ".invalid"])
def test_a_name_that_is_not_known(host):
    with (
        RestClient(Target(f"{host}:8501", "digits"), 5, ONCE) as client,
        pytest.raises(ServingError, match=r"is not known|did not answer within"),
    ):
        client.predict(PIXELS)


@pytest.mark.parametrize("timeout", [float("nan"), float("inf"), 0, -1, 1e300])
def test_timeouts_that_are_none(timeout):
    with pytest.raises(ServingError, match="give seconds above 0"):
        RestClient(Target("127.0.0.1:1", "digits"), timeout)


def test_no_proxy_is_asked(serving, monkeypatch):
    with proxy_in_the_environment(monkeypatch) as proxy:
        with serving.client() as client:
            assert len(client.predict(PIXELS)) == 1
        assert proxy.requests == []
