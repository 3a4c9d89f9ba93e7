"""Ask a model server over REST. Loads no TensorFlow.

Source: https://www.tensorflow.org/tfx/serving/api_rest
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

import numpy as np

from serving.client.client import Client
from serving.client.connection import DirectConnection
from serving.client.deadline import Deadline
from serving.client.failures import CallFailed, check_model
from serving.client.json_answer import error_text, read_answer, shape_of
from serving.client.prediction import Outputs
from serving.client.retries import RetryPolicy
from serving.client.served_signature import Images, Signature, make_signature
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
_LONGEST_DOCUMENT = 4 << 20  # bytes of an answer that holds no predictions
_VALUE_BYTES = 64  # of a number with the spaces around it
_LABEL_BYTES = 4096
_LONGEST_ANSWER = 256 << 20

_Value = TypeVar("_Value")


class RestRequest(NamedTuple):
    """A request for predictions.

    Attributes:
        body: JSON.
        output_names: The names of the signature's outputs; a single one has none in the answer.
        limit: The longest answer, in bytes.
    """

    body: bytes
    output_names: tuple[str, ...]
    limit: int


class RestClient(Client):
    """Ask one model over REST, without a proxy whatever the environment says.

    Args:
        target: The model, on the server's REST port, 8501 as a rule.
        timeout: How long a call may take in all, further attempts included, in seconds.
        retries: How often to try.

    Raises:
        ServingError: If the timeout is none.
    """

    def __init__(
        self, target: Target, timeout: float = 10.0, retries: RetryPolicy | None = None
    ) -> None:
        super().__init__(target, timeout, retries)
        self._connection = DirectConnection(target.host, target.port)
        self._path = f"/v1/models/{quote(target.model, safe='')}"

    def version_states(self, label: str | None, deadline: Deadline) -> dict[int, str]:
        """Ask which versions of the model there are; that of the target does not count.

        Args:
            label: A label, to ask for its version alone; None for all.
            deadline: When the answer has to be there.

        Returns:
            The state of each version by its number, such as "LOADING" or "AVAILABLE".

        Raises:
            CallFailed: If the server cannot be reached or knows no version. It is asked once.
        """
        path = "" if label is None else f"/labels/{quote(label, safe='')}"
        return self._call("GET", path, None, deadline, _LONGEST_DOCUMENT, _states)

    def prepare(self, images: Images, signature: Signature) -> RestRequest:
        """Make a request that `send_once` sends."""
        if isinstance(images, np.ndarray):
            values = images.tolist()
        else:
            values = [{"b64": base64.b64encode(image).decode("ascii")} for image in images]
        document = {"signature_name": signature.name, "inputs": {signature.input_name: values}}
        count = len(images)
        limit = signature.most_values(count) * _VALUE_BYTES + count * _LABEL_BYTES
        return RestRequest(
            json.dumps(document).encode("ascii"),
            tuple(signature.outputs),
            min(_LONGEST_DOCUMENT + limit, _LONGEST_ANSWER),
        )

    def send_once(self, request: RestRequest, deadline: Deadline) -> Outputs:
        """Send a request, without trying again."""

        def read(document: Any) -> Outputs:
            outputs = document["outputs"]
            if len(request.output_names) == 1:
                outputs = {request.output_names[0]: outputs}
            return {name: np.asarray(values) for name, values in outputs.items()}

        path = f"{self._version()}:predict"
        return self._call("POST", path, request.body, deadline, request.limit, read)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _fetch_signatures(self, deadline: Deadline) -> dict[str, Signature | str]:
        def read(document: Any) -> dict[str, Signature | str]:
            check_model(self.target, document.get("model_spec", {}))
            return _signatures(document["metadata"]["signature_def"]["signature_def"])

        path = f"{self._version()}/metadata"
        return self._call("GET", path, None, deadline, _LONGEST_DOCUMENT, read)

    def _version(self) -> str:
        if self.target.version is not None:
            return f"/versions/{self.target.version}"
        if self.target.label is not None:
            return f"/labels/{quote(self.target.label, safe='')}"
        return ""

    def _call(
        self,
        method: str,
        path: str,
        body: bytes | None,
        deadline: Deadline,
        limit: int,
        read: Callable[[Any], _Value],
    ) -> _Value:
        answer = self._connection.ask(method, self._path + path, body, deadline, limit)
        if answer.status != 200:
            code = _CODES.get(answer.status, f"HTTP {answer.status}")
            raise CallFailed(code, error_text(answer))
        return read_answer(answer, read)


def _states(document: Any) -> dict[int, str]:
    states = {
        int(entry["version"]): str(entry["state"]) for entry in document["model_version_status"]
    }
    if len(states) != len(document["model_version_status"]):
        raise ValueError("a version is there twice")
    return states


def _signatures(document: Any) -> dict[str, Signature | str]:
    return {
        name: make_signature(
            name,
            {key: (str(info["dtype"]), shape_of(info)) for key, info in entry["inputs"].items()},
            {key: shape_of(info) for key, info in sorted(entry["outputs"].items())},
        )
        for name, entry in document.items()
    }
