"""Ask a model server over REST. Loads no TensorFlow.

Source: https://www.tensorflow.org/tfx/serving/api_rest
"""

from __future__ import annotations

import base64
import json
from typing import Any, NamedTuple
from urllib.parse import quote

import numpy as np
import requests

from serving.client.client import Client
from serving.client.failures import CallFailed
from serving.client.prediction import Outputs
from serving.client.retries import RetryPolicy
from serving.client.signature import Images, Signature, make_signature
from serving.client.target import Target

# The names of gRPC's status codes for what the server, or a proxy before it, answers.
_CODES = {
    400: "INVALID_ARGUMENT",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    501: "UNIMPLEMENTED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class RestRequest(NamedTuple):
    """A request for predictions.

    Attributes:
        body: JSON.
        output_names: The names of the signature's outputs; a single one has none in the answer.
    """

    body: bytes
    output_names: tuple[str, ...]


class RestClient(Client):
    """Ask one model over REST.

    Args:
        target: The model, on the server's REST port, 8501 as a rule.
        timeout: How long the server has for each attempt, in seconds.
        retries: How often to try.
    """

    def __init__(
        self, target: Target, timeout: float = 10.0, retries: RetryPolicy | None = None
    ) -> None:
        super().__init__(target, timeout, retries)
        self._session = requests.Session()
        self._address = f"http://{target.server}/v1/models/{quote(target.model, safe='')}"

    def version_states(self, label: str | None = None) -> dict[int, str]:
        """Ask which versions of the model there are; that of the target does not count.

        Args:
            label: A label, to ask for its version alone.

        Returns:
            The state of each version by its number, such as "LOADING" or "AVAILABLE".

        Raises:
            CallFailed: If the server cannot be reached or knows no version. It is asked once.
        """
        document = self._call("GET", "" if label is None else f"/labels/{quote(label, safe='')}")
        try:
            entries = document["model_version_status"]
            return {int(entry["version"]): entry["state"] for entry in entries}
        except (KeyError, TypeError, ValueError) as error:
            raise _not_understood(error) from error

    def prepare(self, images: Images, signature: Signature) -> RestRequest:
        """Make a request that `send_once` sends."""
        if isinstance(images, np.ndarray):
            values = images.tolist()
        else:
            values = [{"b64": base64.b64encode(image).decode("ascii")} for image in images]
        document = {"signature_name": signature.name, "inputs": {signature.input_name: values}}
        return RestRequest(json.dumps(document).encode("ascii"), signature.output_names)

    def send_once(self, request: RestRequest) -> Outputs:
        """Send a request, without trying again."""
        document = self._call("POST", f"{self._version()}:predict", request.body)
        try:
            outputs = document["outputs"]
            if len(request.output_names) == 1:
                outputs = {request.output_names[0]: outputs}
            return {name: np.asarray(values) for name, values in outputs.items()}
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise _not_understood(error) from error

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _fetch_signatures(self) -> dict[str, Signature | str]:
        document = self._call("GET", f"{self._version()}/metadata")
        try:
            signatures = document["metadata"]["signature_def"]["signature_def"]
            return {
                name: make_signature(
                    name,
                    {key: _type_and_shape(info) for key, info in signature["inputs"].items()},
                    list(signature["outputs"]),
                )
                for name, signature in signatures.items()
            }
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise _not_understood(error) from error

    def _version(self) -> str:
        if self.target.version is not None:
            return f"/versions/{self.target.version}"
        if self.target.label is not None:
            return f"/labels/{quote(self.target.label, safe='')}"
        return ""

    def _call(self, method: str, path: str, body: bytes | None = None) -> Any:
        try:
            response = self._session.request(
                method, self._address + path, data=body, timeout=self.timeout
            )
        except requests.Timeout as error:
            raise CallFailed("DEADLINE_EXCEEDED", str(error)) from error
        except requests.RequestException as error:
            raise CallFailed("UNAVAILABLE", _reason(error)) from error
        if response.status_code != 200:
            code = _CODES.get(response.status_code, f"HTTP {response.status_code}")
            raise CallFailed(code, _error_text(response))
        try:
            return response.json()
        except ValueError as error:
            raise _not_understood(error) from error


def _type_and_shape(info: Any) -> tuple[str, tuple[int | None, ...]]:
    sizes = [int(dimension["size"]) for dimension in info["tensor_shape"]["dim"]]
    return info["dtype"], tuple(None if size < 0 else size for size in sizes)


def _error_text(response: requests.Response) -> str:
    try:
        return str(response.json()["error"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {response.status_code} {response.reason}"


def _reason(error: requests.RequestException) -> str:
    """Find the operating system's words in what the layers of HTTP wrap around them."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return str(error)


def _not_understood(error: Exception) -> CallFailed:
    return CallFailed(
        "UNKNOWN", f"its answer is none of a model server's REST port ({type(error).__name__})"
    )
