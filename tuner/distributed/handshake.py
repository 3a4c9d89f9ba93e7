"""Chief and worker show each other their search with every call.

KerasTuner's messages have no place for it, so it travels beside them as gRPC's metadata. A worker
that shows nothing, such as one of KerasTuner itself, is refused like one of another search.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

import grpc

from tuner.distributed.identity import SearchIdentity

_LOGGER = logging.getLogger(__name__)
_KEY = "memnas-search-bin"
# An identity takes a few kilobytes, and gRPC's own limit is eight.
HANDSHAKE_OPTIONS = [("grpc.max_metadata_size", 1 << 18)]
Metadata = tuple[tuple[str, bytes], ...]


def show(identity: SearchIdentity) -> Metadata:
    """Return the metadata that shows an identity."""
    return ((_KEY, identity.to_bytes()),)


def shown(metadata: Iterable[tuple[str, Any]] | None) -> SearchIdentity | None:
    """Read the identity out of a call's metadata; None if there is none."""
    for key, value in metadata or ():
        if key == _KEY:
            return SearchIdentity.from_bytes(value)
    return None


def objection_to_chief(
    ours: SearchIdentity, metadata: Iterable[tuple[str, Any]] | None, address: object
) -> str | None:
    """Tell, as a worker, a chief of the same search from any other program.

    Args:
        ours: The worker's search.
        metadata: What came with an answer.
        address: Where the chief listens.

    Returns:
        What it differs in and what helps; None if it is of the same search.
    """
    theirs = shown(metadata)
    if theirs is None:
        return (
            f"what answers at {address} does not show which search it is of: it is no chief of "
            "this version of memnas-tf; start the chief anew, or correct the address"
        )
    differences = theirs.differences(ours.as_sent())
    if differences:
        return (
            f"this worker differs from its chief at {address} ({'; '.join(differences)}); start "
            "it with the options, data and versions of the chief"
        )
    return None


class WorkerCheck(grpc.ServerInterceptor):
    """Answer, as a chief, only workers of the same search.

    Args:
        ours: The chief's search.
    """

    def __init__(self, ours: SearchIdentity) -> None:
        self._ours = ours.as_sent()
        self._metadata = show(ours)
        self._refused: set[str] = set()

    def intercept_service(self, continuation: Callable, details: Any) -> Any:
        """Wrap a method of the service."""
        handler = continuation(details)
        if handler is None or handler.unary_unary is None:
            return handler
        reason = self._reason(details.invocation_metadata)

        def answer(request: Any, context: grpc.ServicerContext) -> Any:
            context.send_initial_metadata(self._metadata)
            if reason is not None:
                self._tell(context.peer(), reason)
                context.abort(grpc.StatusCode.FAILED_PRECONDITION, reason)
            return handler.unary_unary(request, context)

        return grpc.unary_unary_rpc_method_handler(
            answer, handler.request_deserializer, handler.response_serializer
        )

    def _reason(self, metadata: Iterable[tuple[str, Any]]) -> str | None:
        theirs = shown(metadata)
        if theirs is None:
            return (
                "a worker has to show its search, as those of the chief's version of memnas-tf do"
            )
        differences = self._ours.differences(theirs)
        return f"the worker is of another search: {'; '.join(differences)}" if differences else None

    def _tell(self, peer: str, reason: str) -> None:
        if reason not in self._refused:  # it may ask again and again
            self._refused.add(reason)
            _LOGGER.warning("refused a worker (%s): %s", peer, reason)
