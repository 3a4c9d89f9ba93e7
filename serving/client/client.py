"""What the clients over gRPC and REST have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from serving.client.failures import CallFailed, explain
from serving.client.prediction import Outputs, Prediction, read_predictions
from serving.client.retries import RetryPolicy, call_with_retries
from serving.client.signature import Images, Signature, choose_signature
from serving.client.target import Target

DEFAULT_SIGNATURE = "serving_default"

_Answer = TypeVar("_Answer")


class Client(ABC):
    """Ask one model on a server. Not for several threads at once.

    Args:
        target: The model.
        timeout: How long the server has for each attempt, in seconds.
        retries: How often to try.
    """

    def __init__(
        self, target: Target, timeout: float = 10.0, retries: RetryPolicy | None = None
    ) -> None:
        self.target = target
        self.timeout = timeout
        self.retries = retries or RetryPolicy()

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
                is slow, does not serve the model or refuses the request.
        """
        if not len(images):
            return []
        chosen = self.signature(signature)
        request = self.prepare(chosen.check(images), chosen)
        outputs = self._ask(lambda: self.send_once(request))
        return read_predictions(outputs, len(images), signature)

    def signature(self, name: str = DEFAULT_SIGNATURE) -> Signature:
        """Find out what a signature takes and gives.

        Args:
            name: The signature's name.

        Returns:
            The signature.

        Raises:
            ServingError: If the model has none of the name, or for the reasons of `predict`.
        """
        return choose_signature(self.signatures, name, self.target.model)

    @cached_property
    def signatures(self) -> dict[str, Signature | str]:
        """The model's signatures; a text in place of one says why it cannot be used."""
        return self._ask(self._fetch_signatures)

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
    def send_once(self, request: Any) -> Outputs:
        """Send a request, without trying again.

        Args:
            request: What `prepare` made.

        Returns:
            The response.

        Raises:
            CallFailed: If there is none.
        """

    @abstractmethod
    def close(self) -> None:
        """Close the connection."""

    @abstractmethod
    def _fetch_signatures(self) -> dict[str, Signature | str]: ...

    def _ask(self, call: Callable[[], _Answer]) -> _Answer:
        try:
            return call_with_retries(call, self.retries)
        except CallFailed as failure:
            raise explain(failure, self.target, self.timeout) from failure

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
