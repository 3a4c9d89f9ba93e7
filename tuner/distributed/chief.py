"""The chief: KerasTuner's service for workers, until the search is over.

KerasTuner's own loop shares its port with a second chief, looks for the end of the search every 20
seconds, and never ends if a worker was killed while it waited.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager

import grpc
from keras_tuner.src import protos
from keras_tuner.src.distribute.oracle_chief import OracleServicer, exit_chief

from memnas_tf.errors import SearchError
from tuner.distributed.distribution import Address
from tuner.distributed.handshake import HANDSHAKE_OPTIONS, WorkerCheck
from tuner.distributed.identity import SearchIdentity
from tuner.oracle import MemNASOracle

_LOGGER = logging.getLogger(__name__)
_TICK_SECONDS = 0.2


@contextmanager
def serving(oracle: MemNASOracle, address: Address, identity: SearchIdentity) -> Iterator[Address]:
    """Answer workers of the same search within the block.

    Args:
        oracle: What hands out trials.
        address: Where to listen.
        identity: The search, which a worker has to show.

    Yields:
        The address with the port that was taken.

    Raises:
        SearchError: If it cannot listen there.
    """
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=1),
        interceptors=[WorkerCheck(identity)],
        options=[("grpc.so_reuseport", 0), *HANDSHAKE_OPTIONS],
    )
    protos.get_service_grpc().add_OracleServicer_to_server(OracleServicer(oracle), server)
    try:
        port = server.add_insecure_port(str(address))
    except RuntimeError:
        port = 0
    if not port:
        raise SearchError(
            f"cannot listen on {address}: another chief or program does, or this machine has no "
            "such address; choose another port, or end the other one"
        )
    if not address.is_loopback:
        _LOGGER.warning(
            "listening on %s: whoever reaches it can read and change this search, as KerasTuner "
            "asks for no password; keep to a trusted network, or to 127.0.0.1 and an SSH tunnel",
            address,
        )
    server.start()
    try:
        yield address._replace(port=port)
    finally:
        server.stop(grace=1).wait()  # the last answer may be on its way


def run_chief(oracle: MemNASOracle, on_tick: Callable[[], None]) -> None:
    """Wait until the search is over and every worker that is alive knows.

    Args:
        oracle: What hands out trials, while it is served.
        on_tick: Called several times a second.

    Raises:
        SearchError: If the oracle failed; workers wait for a chief that is started again.
    """
    while True:
        oracle.reap()
        if oracle.error is not None:
            raise oracle.error
        on_tick()
        if oracle.stop_reason is not None and exit_chief(oracle):
            return
        time.sleep(_TICK_SECONDS)
