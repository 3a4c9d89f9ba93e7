"""Workers as processes of this machine, started again where they crash."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from memnas_tf.errors import SearchError
from tuner.distributed.distribution import LOOPBACK, ORACLE_IP, ORACLE_PORT, TUNER_ID, Address
from tuner.processes import FRESH_PROCESS, fate_of

LOGS_FOLDER = "workers"
SUPERVISOR = "MEMNAS_SUPERVISOR"
MAX_RESTARTS = 5
_FORGIVEN_SECONDS = 600.0  # a crash once in a while is no reason to end a search of days
_PATIENCE_SECONDS = 30.0
_BAD_INPUT = 2
_LOG_LINES = 5


@dataclass
class _Worker:
    name: str
    log: Path
    process: subprocess.Popen[bytes]
    started: float
    crashes: int = 0
    is_given_up: bool = False


class Workers:
    """Keep a number of workers alive.

    Args:
        count: How many.
        command: The command of each.
        logs: The folder for one log file per worker.
        is_over: Tells whether the search is over, so that a worker that ends has not crashed.
        on_death: Called with a worker's name and what became of it. Tells whether it held a trial,
            which then counts the crash.
        say: Prints a line for people.
    """

    def __init__(
        self,
        count: int,
        command: Sequence[str],
        logs: Path,
        is_over: Callable[[], bool],
        on_death: Callable[[str, str], bool],
        say: Callable[[str], None],
    ) -> None:
        self._names = [f"worker-{number}" for number in range(1, count + 1)]
        self._command = list(command)
        self._logs = logs
        self._is_over = is_over
        self._on_death = on_death
        self._say = say
        self._address: Address | None = None
        self._workers: list[_Worker] = []

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._wait(_PATIENCE_SECONDS)
            self._signal(signal.SIGINT)
            self._wait(_PATIENCE_SECONDS)
        finally:  # a second Ctrl-C included
            self._signal(signal.SIGKILL)
            self._wait(_PATIENCE_SECONDS)

    def start(self, address: Address) -> None:
        """Start the workers.

        Args:
            address: Where their chief listens.
        """
        self._address = address
        if self._is_over():
            return
        self._logs.mkdir(parents=True, exist_ok=True)
        for name in self._names:
            log = self._logs / f"{name}.log"
            self._workers.append(_Worker(name, log, self._launch(name, log), time.monotonic()))

    def tend(self) -> None:
        """Start those again that crashed.

        Raises:
            SearchError: If every worker crashed too often.
        """
        if self._is_over():
            return
        for worker in self._workers:
            code = worker.process.poll()
            if code is not None and not worker.is_given_up:
                self._replace(worker, code)
        if self._workers and all(worker.is_given_up for worker in self._workers):
            log = self._workers[-1].log
            raise SearchError(
                f"every worker ended before the search did; the end of {log}:\n{_tail(log)}"
            )

    def _launch(self, name: str, log: Path) -> subprocess.Popen[bytes]:
        host, port = self._address or Address(LOOPBACK, 0)
        environment = {
            # One process must not take all the memory of a GPU that it shares.
            "TF_FORCE_GPU_ALLOW_GROWTH": "true",
            "PYTHONUNBUFFERED": "1",
            **os.environ,
            TUNER_ID: name,
            ORACLE_IP: host,
            ORACLE_PORT: str(port),
            SUPERVISOR: str(os.getpid()),
        }
        with log.open("ab") as output:
            return subprocess.Popen(
                self._command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C goes to the chief, which hands it on
            )

    def _replace(self, worker: _Worker, code: int) -> None:
        fate = "ran out of memory" if code == FRESH_PROCESS else fate_of(code)
        held_trial = self._on_death(worker.name, fate)
        is_excused = held_trial or code == FRESH_PROCESS
        if is_excused or time.monotonic() - worker.started > _FORGIVEN_SECONDS:
            worker.crashes = 0
        worker.crashes += not is_excused
        if code == _BAD_INPUT or worker.crashes > MAX_RESTARTS:
            worker.is_given_up = True
            self._say(f"  {worker.name} {fate}, and is given up (see {worker.log})")
            return
        self._say(f"  {worker.name} {fate}; starting it again (see {worker.log})")
        worker.process = self._launch(worker.name, worker.log)
        worker.started = time.monotonic()

    def _signal(self, number: signal.Signals) -> None:
        for worker in self._workers:
            if worker.process.poll() is None:
                worker.process.send_signal(number)

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        for worker in self._workers:
            try:
                worker.process.wait(max(end - time.monotonic(), 0))
            except subprocess.TimeoutExpired:
                return


@contextmanager
def as_chief() -> Iterator[Address]:
    """Make this process a chief for workers on this machine, within the block.

    Yields:
        Where it is to listen.
    """
    address = Address(LOOPBACK, 0)
    ours = {TUNER_ID: "chief", ORACLE_IP: address.host, ORACLE_PORT: str(address.port)}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield address
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def is_orphan() -> bool:
    """Tell whether this process is a worker whose chief, which started it, is gone."""
    supervisor = os.environ.get(SUPERVISOR)
    return supervisor is not None and supervisor != str(os.getppid())


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-_LOG_LINES:])
