"""Ask a model server, over gRPC or REST."""

from importlib import import_module
from typing import Any

_HOMES = {
    "GrpcClient": "serving.client.grpc_client",
    "Prediction": "serving.client.prediction",
    "RestClient": "serving.client.rest_client",
    "RetryPolicy": "serving.client.retries",
    "Target": "serving.client.target",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
