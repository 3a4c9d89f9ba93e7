"""HTTP to one server and to nobody else: no proxy, no redirect, no password file, no decoding.

The standard library's connection asks whom it is told to. What it lacks is a deadline for a call as
a whole, as its timeouts start anew with every byte, and a limit to what is read.
"""

from __future__ import annotations

import contextlib
import http.client
import select
import socket
import threading
from typing import Any, NamedTuple

from serving.client.deadline import Deadline
from serving.client.failures import CallFailed

_CHUNK = 1 << 16
_REDIRECTS = range(300, 400)


class Answer(NamedTuple):
    """What a server answered.

    Attributes:
        status: HTTP's number.
        reason: The words that came with it.
        content_type: What the body is said to be; empty if nothing is said.
        body: The body.
    """

    status: int
    reason: str
    content_type: str
    body: bytes


class DirectConnection:
    """A connection that is kept between calls. Not for several threads at once.

    Args:
        host: The server's name or address.
        port: Its port.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._http: _Connection | None = None

    def ask(
        self, method: str, path: str, body: bytes | None, deadline: Deadline, limit: int
    ) -> Answer:
        """Send a request and read its answer.

        Args:
            method: HTTP's method.
            path: The path, quoted.
            body: JSON; None for nothing.
            deadline: When all of it has to be over.
            limit: The longest body of an answer, in bytes.

        Returns:
            The answer.

        Raises:
            CallFailed: If there is none in time, it is too long, is no HTTP, or leads elsewhere.
        """
        try:
            with contextlib.ExitStack() as stack:
                stack.callback(self.close)
                answer, keeps = self._ask(method, path, body, deadline, limit)
                if keeps:
                    stack.pop_all()
                return answer
        except TimeoutError as error:
            raise CallFailed("DEADLINE_EXCEEDED", f"{deadline.seconds:g} s are over") from error
        except OSError as error:
            raise CallFailed("UNAVAILABLE", _words(error)) from error
        except (http.client.HTTPException, ValueError) as error:
            raise _no_http(error) from error

    def close(self) -> None:
        """Close the connection."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def _ask(
        self, method: str, path: str, body: bytes | None, deadline: Deadline, limit: int
    ) -> tuple[Answer, bool]:
        connection = self._connect(deadline)
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, path, body, headers)
        with connection.getresponse() as response:
            return self._read(response, limit), not response.will_close

    def _read(self, response: http.client.HTTPResponse, limit: int) -> Answer:
        if response.status in _REDIRECTS:
            raise CallFailed(
                f"HTTP {response.status}",
                f"it leads to {response.getheader('Location')!r}, and no redirect is followed; "
                "name the server itself",
            )
        encoding = response.getheader("Content-Encoding", "identity")
        if encoding != "identity":
            raise CallFailed("UNKNOWN", f"its answer is encoded as {encoding!r}, unasked")
        kind = response.getheader("Content-Type", "")
        return Answer(response.status, response.reason, kind, _body(response, limit))

    def _connect(self, deadline: Deadline) -> _Connection:
        if self._http is None or not self._http.is_open():
            self.close()
            self._http = _Connection(self._host, self._port)
            self._http.sock = connect(self._host, self._port, deadline)
        self._http.sock.deadline = deadline
        return self._http


class _Connection(http.client.HTTPConnection):
    auto_open = 0
    sock: _DeadlineSocket

    def is_open(self) -> bool:
        """Whether it is there, and the server has neither closed it nor sent what nobody asked."""
        return self.sock is not None and not select.select([self.sock], [], [], 0)[0]


class _DeadlineSocket(socket.socket):
    """A socket whose every wait ends at one instant."""

    deadline: Deadline

    def recv_into(self, *arguments: Any) -> int:
        self.settimeout(self.deadline.require())
        return super().recv_into(*arguments)

    def sendall(self, *arguments: Any) -> None:
        self.settimeout(self.deadline.require())
        super().sendall(*arguments)


def connect(host: str, port: int, deadline: Deadline) -> _DeadlineSocket:
    """Connect to the first of a host's addresses that answers.

    Args:
        host: The name or address.
        port: The port.
        deadline: When that has to be done.

    Returns:
        The socket.

    Raises:
        CallFailed: If none answers in time; of the code "REFUSED" if all refuse, so that nobody
            listens there.
    """
    problems: list[OSError] = []
    for family, kind, protocol, _, place in _resolve(host, port, deadline):
        connected = _DeadlineSocket(family, kind, protocol)
        try:
            connected.settimeout(deadline.require())
            connected.connect(place)
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            connected.close()
            problems.append(error)
        except BaseException:
            connected.close()
            raise
        else:
            connected.deadline = deadline
            return connected
    deadline.require()
    worst = next((e for e in problems if not isinstance(e, ConnectionRefusedError)), None)
    if worst is None:
        raise CallFailed("REFUSED", "Connection refused")
    raise worst


def _resolve(host: str, port: int, deadline: Deadline) -> list[tuple[Any, ...]]:
    """Look a name up, in a thread, as the system's look-up knows no deadline."""
    found: list[tuple[Any, ...]] = []
    problems: list[Exception] = []

    def look_up() -> None:
        try:
            found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            problems.append(error)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(deadline.require())
    if problems:
        raise CallFailed("UNAVAILABLE", f"the name {host!r} is not known: {_words(problems[0])}")
    if not found:
        deadline.require()
        raise CallFailed("UNAVAILABLE", f"the name {host!r} has no address")
    return list(found)


def _body(response: http.client.HTTPResponse, limit: int) -> bytes:
    if response.length is not None and response.length > limit:
        raise _too_long(limit)
    content = bytearray()
    while part := response.read(min(_CHUNK, limit + 1 - len(content))):
        content += part
        if len(content) > limit:
            raise _too_long(limit)
    if response.length:
        raise ConnectionResetError(0, "the connection closed in the middle of the answer")
    return bytes(content)


def _too_long(limit: int) -> CallFailed:
    return CallFailed(
        "UNKNOWN", f"its answer is longer than the {limit} bytes that an answer can have"
    )


def _no_http(error: Exception) -> CallFailed:
    name = type(error).__name__
    if isinstance(error, http.client.IncompleteRead):
        return CallFailed("UNAVAILABLE", "the connection closed in the middle of the answer")
    return CallFailed(
        "UNKNOWN",
        f"what answers there does not speak HTTP ({name}); gRPC and REST have ports of their own",
    )


def _words(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
