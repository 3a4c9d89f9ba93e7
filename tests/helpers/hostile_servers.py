"""Servers that send whatever a test has them send, over a real socket, and proxies that tell."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time


class RawServer:
    """A listener that gives every connection to a function; its address is HOST:PORT.

    Args:
        talk: Called with the connection and the request's first line, once its end is read.
    """

    def __init__(self, talk):
        self._talk = talk
        self.requests = []  # the first line of each
        self.over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.over.set()
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError, ValueError), connection:
            while line := _read_request(connection):
                self.requests.append(line)
                self._talk(connection, line)


def _read_request(connection):
    head = b""
    while b"\r\n\r\n" not in head:
        part = connection.recv(4096)
        if not part:
            return ""
        head += part
    head, _, body = head.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            left = int(value) - len(body)
            while left > 0:
                left -= len(connection.recv(min(left, 65536)))
    return head.split(b"\r\n")[0].decode()


def response(body, status="200 OK", *headers, version="1.1"):
    """Make an answer of HTTP."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/{version} {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def always(content, pause=None):
    """Talk: send the same; with a pause, a byte at a time."""

    def talk(connection, line):
        if pause is None:
            connection.sendall(content)
            return
        for byte in content:
            connection.sendall(bytes([byte]))
            time.sleep(pause)

    return talk


METADATA = {
    "model_spec": {"name": "digits", "version": "1"},
    "metadata": {
        "signature_def": {
            "signature_def": {
                "serving_default": {
                    "inputs": {
                        "images": {
                            "dtype": "DT_UINT8",
                            "tensor_shape": {
                                "dim": [{"size": "-1"}, {"size": "8"}, {"size": "8"}, {"size": "3"}]
                            },
                        }
                    },
                    "outputs": {
                        "probabilities": {"tensor_shape": {"dim": [{"size": "-1"}, {"size": "3"}]}},
                        "class_id": {"tensor_shape": {"dim": [{"size": "-1"}]}},
                        "label": {"tensor_shape": {"dim": [{"size": "-1"}]}},
                    },
                }
            }
        }
    },
}


def after_metadata(talk):
    """Talk: describe a signature as the real server does, then answer predictions otherwise."""

    def both(connection, line):
        if line.startswith("GET") and "/metadata" in line:
            connection.sendall(response(METADATA))
        else:
            talk(connection, line)

    return both


def endless(connection, line):
    """Talk: a body without an end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n{")
    while True:
        connection.sendall(b" " * 65536)


@contextlib.contextmanager
def proxy_in_the_environment(monkeypatch):
    """Name a proxy in every variable that programs look at; yield it, to see who asked it."""
    with RawServer(always(response({}, "502 Bad Gateway"))) as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "grpc_proxy"):
            for spelt in (name, name.upper()):
                monkeypatch.setenv(spelt, f"http://{proxy.address}")
        for name in ("no_proxy", "NO_PROXY", "no_grpc_proxy"):
            monkeypatch.delenv(name, raising=False)
        yield proxy
