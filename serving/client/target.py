"""What a request is for: a model on a server."""

from __future__ import annotations

import re
from dataclasses import dataclass

from memnas_tf.errors import ServingError

_ADDRESS = re.compile(r"(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})")


@dataclass(frozen=True)
class Target:
    """A model on a server.

    Attributes:
        server: HOST:PORT of the server's gRPC or REST port.
        model: The model's name.
        version: The version's number; None for the highest that is loaded, or the label's.
        label: A label of a version, such as "stable".

    Raises:
        ServingError: If the server is no HOST:PORT, or both a version and a label are given.
    """

    server: str
    model: str
    version: int | None = None
    label: str | None = None

    @property
    def host(self) -> str:
        """The server's name or address, without the brackets of IPv6."""
        return self.server.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The server's port."""
        return int(self.server.rpartition(":")[2])

    def __post_init__(self) -> None:
        match = _ADDRESS.fullmatch(self.server)
        if not match or not 0 < int(match[1]) < 65536:
            raise ServingError(
                f"{self.server!r} is no server; write HOST:PORT, such as 127.0.0.1:8500"
            )
        if self.version is not None and self.label is not None:
            raise ServingError(
                f"version {self.version} and label {self.label!r} exclude each other; give one"
            )
