"""Why a request failed, in the words of the person who sent it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from memnas_tf.errors import ServingError
from serving.client.target import Target

_MOST_DETAILS = 300  # characters of what a server says


class CallFailed(Exception):
    """Tell that one request failed.

    Attributes:
        code: The name of gRPC's status code, also where REST answered with a number of HTTP's; or
            "REFUSED" where nobody listens, over REST.
        details: What the server or the network says.
        attempts: How many requests were sent.
    """

    def __init__(self, code: str, details: str) -> None:
        super().__init__(f"{code}: {details}")
        self.code = code
        self.details = details
        self.attempts = 1


def check_model(target: Target, spec: Mapping[str, Any]) -> None:
    """Refuse what a server says of another model than the one that was asked for.

    Args:
        target: What was asked for.
        spec: What the answer says that it is of: `name` and `version`, where it says so.

    Raises:
        CallFailed: If it is of another.
    """
    name, version = spec.get("name") or target.model, spec.get("version") or target.version
    if name != target.model or (target.version is not None and str(version) != str(target.version)):
        raise CallFailed("UNKNOWN", f"its answer is of version {version} of a model {name!r}")


def explain(failure: CallFailed, target: Target, timeout: float) -> ServingError:
    """Say what a failed request means and what helps.

    Args:
        failure: The failure.
        target: What the request was for.
        timeout: How long the server had, in seconds.

    Returns:
        The error to raise.
    """
    arguments: tuple[str, ...] = ()
    server = f"the server at {target.server}"
    tried = f"; tried {failure.attempts} times" if failure.attempts > 1 else ""
    details = _short(failure.details)
    if failure.code in ("REFUSED", "UNAVAILABLE"):
        arguments = ("server",)
        message = (
            f"no model server answers at {target.server}{tried} ({details}); start it, or name "
            "another HOST:PORT as server (gRPC and REST have ports of their own)"
        )
    elif failure.code == "DEADLINE_EXCEEDED":
        arguments = ("timeout", "batch_size")
        message = (
            f"{server} did not answer within {timeout:g} s{tried}; give it more with timeout, or "
            "send less at once with batch_size"
        )
    elif failure.code == "RESOURCE_EXHAUSTED":
        message = f"{server} has too much to do{tried} ({details}); send less at once, or later"
    elif failure.code == "NOT_FOUND":
        message = f"{server} does not serve {_wanted(target)} ({details})"
    elif "version label" in failure.details:
        message = (
            f"{server} has no label {target.label!r} for model {target.model!r} ({details}); "
            "put it on a version"
        )
    else:
        message = f"{server} refused the request: {failure.code}, {details}"
    return ServingError(message, arguments=arguments)


def _wanted(target: Target) -> str:
    if target.version is not None:
        return f"version {target.version} of a model {target.model!r}"
    if target.label is not None:
        return f"a version of a model {target.model!r} with label {target.label!r}"
    return f"a model {target.model!r}"


def _short(details: str) -> str:
    line = " ".join(details.split())
    return line if len(line) <= _MOST_DETAILS else f"{line[:_MOST_DETAILS]}..."
