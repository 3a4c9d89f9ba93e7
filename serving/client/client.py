"""What the clients over gRPC and REST have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, TypeVar

from serving.client.deadline import Deadline, check_timeout
from serving.client.failures import CallFailed, explain
from serving.client.prediction import Outputs, Prediction, read_predictions
from serving.client.retries import RetryPolicy, call_with_retries
from serving.client.served_signature import Images, Signature, choose_signature
from serving.client.target import Target

DEFAULT_SIGNATURE = "serving_default"

_Answer = TypeVar("_Answer")


class Client(ABC):
    """Ask one model on a server. Not for several threads at once.

    Args:
        target: The model.
        timeout: How long a call may take in all, further attempts included, in seconds.
        retries: How often to try.

    Raises:
        ServingError: If the timeout is none.
    """

    def __init__(
        self, target: Target, timeout: float = 10.0, retries: RetryPolicy | None = None
    ) -> None:
        self.target = target
        self.timeout = check_timeout(timeout)
        self.retries = retries or RetryPolicy()
        self._signatures: dict[str, Signature | str] | None = None

    def predict(self, images: Images, signature: str = DEFAULT_SIGNATURE) -> list[Prediction]:
        """Ask what images show, in one request.

        Args:
            images: Pixels of shape (images, height, width, channels), or the contents of JPEG or
                PNG files, as the signature takes.
            signature: The signature's name.

        Returns:
            One prediction for each image.

        Raises:
            ServingError: If the images do not fit the signature, or the server cannot be reached,
                is slow, does not serve the model, refuses the request or answers what the
                signature does not give.
        """
        if not len(images):
            return []
        deadline = Deadline(self.timeout)
        chosen = self._choose(signature, deadline)
        request = self.prepare(chosen.check(images), chosen)
        outputs = self._ask(lambda: self.send_once(request, deadline), deadline)
        return read_predictions(outputs, len(images), chosen)

    def signature(self, name: str = DEFAULT_SIGNATURE) -> Signature:
        """Find out what a signature takes and gives.

        Args:
            name: The signature's name.

        Returns:
            The signature.

        Raises:
            ServingError: If the model has none of the name, or for the reasons of `predict`.
        """
        return self._choose(name, Deadline(self.timeout))

    @property
    def signatures(self) -> dict[str, Signature | str]:
        """The model's signatures; a text in place of one says why it cannot be used."""
        return self._known_signatures(Deadline(self.timeout))

    @abstractmethod
    def prepare(self, images: Images, signature: Signature) -> Any:
        """Make a request that `send_once` sends.

        Args:
            images: Images that the signature has checked.
            signature: The signature.

        Returns:
            The request, which can be sent more than once.
        """

    @abstractmethod
    def send_once(self, request: Any, deadline: Deadline) -> Outputs:
        """Send a request, without trying again.

        Args:
            request: What `prepare` made.
            deadline: When the whole response has to be there.

        Returns:
            The response.

        Raises:
            CallFailed: If there is none.
        """

    @abstractmethod
    def close(self) -> None:
        """Close the connection."""

    @abstractmethod
    def _fetch_signatures(self, deadline: Deadline) -> dict[str, Signature | str]: ...

    def _choose(self, name: str, deadline: Deadline) -> Signature:
        return choose_signature(self._known_signatures(deadline), name, self.target.model)

    def _known_signatures(self, deadline: Deadline) -> dict[str, Signature | str]:
        if self._signatures is None:
            self._signatures = self._ask(lambda: self._fetch_signatures(deadline), deadline)
        return self._signatures

    def _ask(self, call: Callable[[], _Answer], deadline: Deadline) -> _Answer:
        try:
            return call_with_retries(call, self.retries, deadline)
        except CallFailed as failure:
            raise explain(failure, self.target, self.timeout) from failure

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
