"""Wait until a running server does what its configuration says."""

from __future__ import annotations

import time

from memnas_tf.errors import ServingError
from serving.client.failures import CallFailed, explain
from serving.client.rest_client import RestClient

_PAUSE = 0.5  # between two looks, in seconds


class ServerWatch:
    """Watch one model of a server over REST.

    Args:
        client: Asks the server.
        seconds: The longest wait.
    """

    def __init__(self, client: RestClient, seconds: float) -> None:
        self._client = client
        self._seconds = seconds

    def is_there(self) -> bool:
        """Ask whether anybody listens at the server's address.

        Returns:
            Whether something does.

        Raises:
            ServingError: If it is a server without the model, or answers nothing of use.
        """
        return self._states() is not None

    def wait_for_version(self, version: int) -> None:
        """Wait until a version answers requests.

        Args:
            version: The version's number.

        Raises:
            ServingError: If it does not in time.
        """
        self._wait(None, version, f"load version {version} of {self._client.target.model!r}")

    def wait_for_label(self, label: str, version: int) -> None:
        """Wait until a label leads to a version that answers requests.

        Args:
            label: The label.
            version: The version's number.

        Raises:
            ServingError: If it does not in time.
        """
        self._wait(label, version, f"move label {label!r} to version {version}")

    def _wait(self, label: str | None, version: int, what: str) -> None:
        end = time.monotonic() + self._seconds
        while True:
            states = self._states(label) or {}
            if states.get(version) == "AVAILABLE":
                return
            if time.monotonic() > end:
                there = ", ".join(f"{number} {state}" for number, state in sorted(states.items()))
                raise ServingError(
                    f"the server at {self._client.target.server} did not {what} within "
                    f"{self._seconds:g} s (its versions: {there or 'none'}); read its log, or "
                    "give it more with --timeout"
                )
            time.sleep(_PAUSE)

    def _states(self, label: str | None = None) -> dict[int, str] | None:
        """Ask for the states of versions; None without a server."""
        try:
            return self._client.version_states(label)
        except CallFailed as failure:
            if failure.code == "UNAVAILABLE":
                return None
            if label is not None and failure.code in ("INVALID_ARGUMENT", "NOT_FOUND"):
                return {}  # a new label, which the server has not read yet
            raise explain(failure, self._client.target, self._client.timeout) from failure
