"""A chief and workers as processes, for tests that kill them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.helpers.processes import ROOT
from tuner.history import load_search


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def decided(directory):
    """What a search decided, trial by trial."""
    return [entry.to_state() for entry in load_search(Path(directory) / "search").rounds]


class Cluster:
    """Processes of one search; all of them end with the block."""

    def __init__(self, directory, *options):
        self.directory = Path(directory)
        self.options = list(map(str, options))
        self.port = free_port()
        self.processes = {}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for process in self.processes.values():
            if process.poll() is None:
                process.kill()
            process.wait()

    def start(self, name, *options, host="127.0.0.1"):
        self.directory.mkdir(parents=True, exist_ok=True)
        environment = {
            "KERASTUNER_TUNER_ID": name,
            "KERASTUNER_ORACLE_IP": host,
            "KERASTUNER_ORACLE_PORT": str(self.port),
        }
        with (self.directory / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.helpers.search_process"),
                    *(str(self.directory), *self.options, *map(str, options)),
                ],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
                stdout=log,
                stderr=log,
            )
        return self.processes[name]

    def kill(self, name):
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    def log(self, name):
        return (self.directory / f"{name}.log").read_text()

    def marks(self, name="*"):
        """The trials that were begun, as trial.worker.process."""
        return sorted(path.name for path in (self.directory / "marks").glob(f"*.{name}.*"))

    def wait_for_mark(self, name="*", beyond=0, seconds=120):
        wait_until(lambda: len(self.marks(name)) > beyond, seconds)
        return self.marks(name)

    def wait(self, *names, seconds=120):
        """Return the exit codes of processes once they have ended."""
        end = time.monotonic() + seconds
        return [self.processes[n].wait(max(end - time.monotonic(), 0.1)) for n in names]


def wait_until(true, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
