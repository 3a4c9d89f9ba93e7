"""Whether a server is there: only a refused connection says that it is not."""

import socket
import struct
import time

import pytest

from memnas_tf.errors import ServingError
from serving.client import RestClient, Target
from serving.server.readiness import ServerWatch
from tests.helpers.hostile_servers import (
    RawServer,
    always,
    proxy_in_the_environment,
    response,
)

STATES = {"model_version_status": [{"version": "1", "state": "AVAILABLE"}]}


def is_there(address, seconds=5):
    with RestClient(Target(address, "digits")) as client:
        return ServerWatch(client, seconds).is_there()


def closing(connection, line):
    connection.close()


def resetting(connection, line):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.mark.parametrize(
    "talk",
    [
        *(always(response(b"", f"{number} Gateway")) for number in (502, 503, 504, 301, 404)),
        closing,
        resetting,
        always(response({"model_version_status": [{"version": "x"}]})),
        always(response({"model_version_status": STATES["model_version_status"] * 2})),
        always(b"\x15\x03\x01\x00\x02\x02\x46\r\n\r\n"),
    ],
)
def test_whatever_else_happens_is_an_error(talk):
    with RawServer(talk) as server, pytest.raises(ServingError):
        is_there(server.address)


def test_a_silent_server_is_an_error_in_time():
    begin = time.monotonic()
    with (
        RawServer(lambda connection, line: time.sleep(30)) as server,
        pytest.raises(ServingError, match=r"did not answer within 0.5 s"),
    ):
        is_there(server.address, 0.5)
    assert time.monotonic() - begin < 2


def test_an_unknown_name_is_an_error():
    with pytest.raises(ServingError, match=r"is not known|did not answer"):
        is_there("no-such-host.invalid:8501", 3)


def test_a_refused_connection_is_nobody(free_port, monkeypatch):
    with proxy_in_the_environment(monkeypatch) as proxy:
        assert not is_there(f"127.0.0.1:{free_port}")
        assert not is_there(f"localhost:{free_port}")
    assert proxy.requests == []


def test_a_server_is_asked_past_a_proxy(monkeypatch):
    with proxy_in_the_environment(monkeypatch) as proxy, RawServer(always(response(STATES))) as own:
        assert is_there(own.address)
    assert proxy.requests == []
    assert own.requests == ["GET /v1/models/digits HTTP/1.1"]


def test_a_gateway_s_answer_while_waiting_may_pass(monkeypatch):
    monkeypatch.setattr("serving.server.readiness._PAUSE", 0.01)
    answers = [response(b"", "502 Bad Gateway"), response(STATES)]

    def talk(connection, line):
        connection.sendall(answers.pop(0))

    with RawServer(talk) as server, RestClient(Target(server.address, "digits")) as client:
        ServerWatch(client, 5).wait_for_version(1)
    assert answers == []


def test_a_gateway_s_answer_that_does_not_pass_is_told():
    with (
        RawServer(always(response(b"", "502 Bad Gateway"))) as server,
        RestClient(Target(server.address, "digits")) as client,
        pytest.raises(ServingError, match=r"within 0.3 s \(the last look: HTTP 502 Bad Gateway\)"),
    ):
        ServerWatch(client, 0.3).wait_for_version(1)
