"""A worker's side of KerasTuner's service.

It makes sure that the chief is of the same search, waits for one that restarts, and lets it know
that it is alive.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import grpc
import keras_tuner
from keras_tuner.src import protos

from memnas_tf.errors import SearchError
from tuner.distributed.distribution import Address
from tuner.distributed.handshake import HANDSHAKE_OPTIONS, objection_to_chief, show
from tuner.distributed.identity import SearchIdentity
from tuner.distributed.leases import heartbeat_seconds

_LOGGER = logging.getLogger(__name__)
_CALL_SECONDS = 60.0
_POLL_SECONDS = 0.2
_LONGEST_PAUSE = 5.0
_OPTIONS = [
    ("grpc.enable_http_proxy", 0),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2000),
    *HANDSHAKE_OPTIONS,
]
_UNREACHED = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)


class ChiefLost(SearchError, keras_tuner.errors.FatalError):
    """Report a chief that does not answer any more, or one of another search."""


class SearchIsOver(keras_tuner.errors.FatalError):
    """Tell a worker whose chief is gone that the search had ended."""


class ChiefLink:
    """The connection of a worker to its chief, in place of the stub of KerasTuner's client.

    Args:
        address: Where the chief listens.
        identity: The search, which the chief has to show.
        patience: After how many seconds without an answer the worker gives up.
        is_over: Tells, without the chief, whether the search has ended.
        on_wait: Called several times a second while the worker waits; may raise.
        stall_seconds: After how long without a step a trial counts as hung; None for never.
        on_stall: Called, in a thread of its own, when a trial hangs.
    """

    def __init__(
        self,
        address: Address,
        identity: SearchIdentity,
        patience: float,
        is_over: Callable[[], bool],
        on_wait: Callable[[], None],
        stall_seconds: float | None = None,
        on_stall: Callable[[], None] = lambda: None,
    ) -> None:
        self._address = address
        self._identity = identity
        self._metadata = show(identity)
        self._patience = patience
        self._is_over = is_over
        self._on_wait = on_wait
        self._stall_seconds = stall_seconds
        self._on_stall = on_stall
        self._stepped = time.monotonic()
        self._end: Exception | None = None
        channel = grpc.insecure_channel(str(address), options=_OPTIONS)
        self._stub = protos.get_service_grpc().OracleStub(channel)
        self._silence = threading.Event()
        self._silence.set()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a method of the service that tries again while the chief does not answer."""
        if name.startswith("_"):
            raise AttributeError(name)
        method = getattr(self._stub, name)

        def call(request: Any, **options: Any) -> Any:
            del options  # KerasTuner waits for an hour, and cannot be interrupted
            return self._call(method, request)

        return call

    def greet(self, identity: SearchIdentity) -> None:
        """Meet the chief, before it is asked for anything.

        Args:
            identity: The search, with what only its start has told.

        Raises:
            ChiefLost: If the chief is of another search, or does not answer.
            SearchIsOver: If it is gone because the search has ended.
        """
        self._identity = identity
        self._metadata = show(identity)
        self._call(self._stub.GetSpace, protos.get_service().GetSpaceRequest())

    def begin(self, trial_id: str, lease_seconds: float) -> None:
        """Let the chief know that a trial is being trained, until `end` or until it hangs.

        Args:
            trial_id: The trial.
            lease_seconds: How long the chief waits for a sign of life.
        """
        self.end()
        self.note_step()
        silence = self._silence = threading.Event()
        seconds = heartbeat_seconds(lease_seconds)
        request = protos.get_service().GetTrialRequest(trial_id=trial_id)

        def beat() -> None:
            while not silence.wait(seconds):
                if self._is_stalled():
                    _LOGGER.error(
                        "trial %s made no step for %g s; giving it up, so that another worker "
                        "can have it",
                        trial_id,
                        self._stall_seconds,
                    )
                    self._on_stall()
                    return
                with contextlib.suppress(grpc.RpcError):  # the next one may come through
                    self._stub.GetTrial(request, timeout=seconds, metadata=self._metadata)

        threading.Thread(target=beat, daemon=True, name=f"heartbeat of {trial_id}").start()

    def note_step(self) -> None:
        """Take note that the trial is getting on."""
        self._stepped = time.monotonic()

    def end(self) -> None:
        """Be silent again."""
        self._silence.set()

    def _is_stalled(self) -> bool:
        limit = self._stall_seconds
        return limit is not None and time.monotonic() - self._stepped > limit

    def _call(self, method: Any, request: Any) -> Any:
        if self._end is not None:
            raise self._end
        answered, pause = time.monotonic(), _POLL_SECONDS
        while True:
            try:
                call = method.future(request, timeout=_CALL_SECONDS, metadata=self._metadata)
                return self._wait_for(call)
            except grpc.RpcError as error:
                self._judge(error, time.monotonic() - answered)
            self._rest(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _wait_for(self, answer: Any) -> Any:
        while True:
            try:
                result = answer.result(timeout=_POLL_SECONDS)
            except grpc.FutureTimeoutError:
                self._on_wait()
            except grpc.RpcError as error:
                if error.code() == grpc.StatusCode.FAILED_PRECONDITION:
                    self._check(answer)
                raise
            else:
                self._check(answer)
                return result

    def _check(self, answer: Any) -> None:
        objection = objection_to_chief(self._identity, answer.initial_metadata(), self._address)
        if objection is not None:
            self._end = ChiefLost(objection)
            raise self._end

    def _judge(self, error: grpc.RpcError, seconds: float) -> None:
        """Raise unless it is worth to try again."""
        code = error.code()
        if code not in _UNREACHED:
            self._end = ChiefLost(
                f"the chief at {self._address} refused a request ({code.name}: {error.details()}); "
                "is it the chief of this search, and of the same version?"
            )
        elif self._is_over():
            self._end = SearchIsOver("the search is over")
        elif seconds > self._patience:
            self._end = ChiefLost(
                f"the chief at {self._address} has not answered for {seconds:.0f} s; start it "
                "again, with the same address, and then this worker"
            )
        if self._end is not None:
            raise self._end from error
        _LOGGER.info("the chief at %s does not answer; trying again", self._address)

    def _rest(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._on_wait()
            time.sleep(min(seconds, _POLL_SECONDS))
