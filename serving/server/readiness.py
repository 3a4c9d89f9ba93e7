"""Wait until a running server does what its configuration says."""

from __future__ import annotations

import time

from memnas_tf.errors import ServingError
from serving.client.deadline import Deadline, check_timeout
from serving.client.failures import CallFailed, explain
from serving.client.rest_client import RestClient

_PAUSE = 0.5  # between two looks, in seconds
_LOOK = 5.0  # the longest look, in seconds
_MAY_PASS = ("REFUSED", "UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED")


class ServerWatch:
    """Watch one model of a server over REST.

    Args:
        client: Asks the server.
        seconds: The longest wait.

    Raises:
        ServingError: If the wait is none.
    """

    def __init__(self, client: RestClient, seconds: float) -> None:
        self._client = client
        self._seconds = check_timeout(seconds)

    def is_there(self) -> bool:
        """Ask whether anybody listens at the server's address.

        Only a connection that is refused says that nobody does. A gateway that answers in the
        server's place, a name that is not known or a silence may hide one that runs.

        Returns:
            Whether something does.

        Raises:
            ServingError: If it is a server without the model, or answers nothing of use.
        """
        deadline = Deadline(min(_LOOK, self._seconds))
        try:
            self._client.version_states(None, deadline)
        except CallFailed as failure:
            if failure.code == "REFUSED":
                return False
            raise explain(failure, self._client.target, deadline.seconds) from failure
        return True

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
        deadline = Deadline(self._seconds)
        seen = ""
        while True:
            try:
                states = self._states(label, deadline)
            except CallFailed as failure:
                if failure.code not in _MAY_PASS:
                    raise explain(failure, self._client.target, self._seconds) from failure
                if deadline.left() > 0 or not seen:  # a look that was cut short tells nothing
                    seen = f"the last look: {failure.details}"
            else:
                if states.get(version) == "AVAILABLE":
                    return
                there = ", ".join(f"{number} {state}" for number, state in sorted(states.items()))
                seen = f"its versions: {there or 'none'}"
            if deadline.left() <= 0:
                raise ServingError(
                    f"the server at {self._client.target.server} did not {what} within "
                    f"{self._seconds:g} s ({seen}); read its log, or give it more with timeout",
                    arguments=("timeout",),
                )
            time.sleep(min(_PAUSE, deadline.left()))

    def _states(self, label: str | None, deadline: Deadline) -> dict[int, str]:
        look = Deadline(min(_LOOK, deadline.require()))
        try:
            return self._client.version_states(label, look)
        except CallFailed as failure:
            if label is not None and failure.code in ("INVALID_ARGUMENT", "NOT_FOUND"):
                return {}  # a new label, which the server has not read yet
            raise
