"""Measure a model server under load: clients side by side, each waiting for its own answers."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from memnas_tf.errors import ServingError
from serving.client.client import Client
from serving.client.deadline import Deadline
from serving.client.failures import CallFailed
from serving.client.prediction import check_outputs
from serving.client.served_signature import Images, Signature

_AFTER_FAILURE = 0.05  # seconds, so that a server that is gone is not hammered


@dataclass(frozen=True)
class Load:
    """What a server is asked to do.

    Attributes:
        concurrency: How many clients wait for an answer at any time.
        batch_size: How many images a request has.
    """

    concurrency: int
    batch_size: int


@dataclass(frozen=True)
class Measurement:
    """What a server did under a load.

    Attributes:
        load: The load.
        seconds: How long it was measured.
        latencies: How long each request took that was answered, in seconds.
        failures: How many requests failed, by the name of gRPC's status code; "WRONG_ANSWER" where
            the signature gives no such answer.
    """

    load: Load
    seconds: float
    latencies: tuple[float, ...]
    failures: dict[str, int] = field(default_factory=dict)

    @property
    def images_per_second(self) -> float:
        """The images that were answered, by time."""
        return len(self.latencies) * self.load.batch_size / self.seconds

    def percentile(self, percent: float) -> float | None:
        """Return the latency that a share of the answered requests stayed within.

        Args:
            percent: The share, from 0 to 100.

        Returns:
            Seconds; None if no request was answered.
        """
        return float(np.percentile(self.latencies, percent)) if self.latencies else None


def measure(
    make_client: Callable[[], Client],
    images: Images,
    signature: Signature,
    load: Load,
    warm_up: float,
    seconds: float,
) -> Measurement:
    """Put a load on a server.

    Each client has a connection of its own and sends the same request again as soon as it is
    answered. Nothing is tried again: a failure is counted as one.

    Args:
        make_client: Makes a client.
        images: The images of a request, checked by the signature.
        signature: What they are sent to.
        load: The load; its batch size is the number of images.
        warm_up: How long the load lasts before anything is measured, in seconds.
        seconds: How long it is measured. Requests under way at the end are waited for.

    Returns:
        The measurement.
    """
    stop = threading.Event()
    begin = time.perf_counter() + warm_up
    clients = [make_client() for _ in range(load.concurrency)]
    workers = [_Worker(client, images, signature, begin, stop) for client in clients]
    try:
        for worker in workers:
            worker.start()
        stop.wait(warm_up + seconds)
    finally:  # Ctrl-C too
        stop.set()
        for worker in workers:
            if worker.ident is not None:  # it was started
                worker.join()
        end = time.perf_counter()
        for client in clients:
            client.close()
    failures: Counter[str] = sum((worker.failures for worker in workers), Counter())
    latencies = tuple(latency for worker in workers for latency in worker.latencies)
    return Measurement(load, end - begin, latencies, dict(sorted(failures.items())))


class _Worker(threading.Thread):
    """One client that sends until it is stopped."""

    def __init__(
        self,
        client: Client,
        images: Images,
        signature: Signature,
        begin: float,
        stop: threading.Event,
    ) -> None:
        super().__init__(daemon=True)
        self.latencies: list[float] = []
        self.failures: Counter[str] = Counter()
        self._client = client
        self._request = client.prepare(images, signature)
        self._count, self._signature = len(images), signature
        self._begin = begin
        self._stopped = stop

    def run(self) -> None:
        """Send, and count what is sent after the warm-up."""
        while not self._stopped.is_set():
            sent = time.perf_counter()
            code, seconds = self._send()
            if sent >= self._begin:
                if code is None:
                    self.latencies.append(seconds)
                else:
                    self.failures[code] += 1
            if code is not None:
                self._stopped.wait(_AFTER_FAILURE)

    def _send(self) -> tuple[str | None, float]:
        """Send once, and return why it failed, if it did, and how long it took."""
        sent = time.perf_counter()
        try:
            outputs = self._client.send_once(self._request, Deadline(self._client.timeout))
            seconds = time.perf_counter() - sent
            check_outputs(outputs, self._count, self._signature)
        except CallFailed as failure:
            return failure.code, time.perf_counter() - sent
        except ServingError:
            return "WRONG_ANSWER", time.perf_counter() - sent
        return None, seconds
