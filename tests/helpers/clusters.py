"""A chief and workers as processes, for tests that kill them."""

from __future__ import annotations

import multiprocessing
import socket
import time
from pathlib import Path

from tests.helpers.search_process import run_in
from tuner.history import load_search

# TensorFlow takes seconds to import; a process forked from one that did is there at once.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.helpers.search_process"])


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
            process.kill()
            process.join()

    def start(self, name, *options, host="127.0.0.1"):
        environment = {
            "KERASTUNER_TUNER_ID": name,
            "KERASTUNER_ORACLE_IP": host,
            "KERASTUNER_ORACLE_PORT": str(self.port),
        }
        return self.run(name, environment, *options)

    def run(self, name, environment, *options):
        """Start a process with these variables, and a log of this name."""
        self.directory.mkdir(parents=True, exist_ok=True)
        arguments = [str(self.directory), *self.options, *map(str, options)]
        log = str(self.directory / f"{name}.log")
        process = _FORKS.Process(target=run_in, args=(environment, log, arguments))
        process.start()
        self.processes[name] = process
        return process

    def kill(self, name):
        self.processes[name].kill()
        self.processes[name].join()

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
        for name in names:
            self.processes[name].join(max(end - time.monotonic(), 0.1))
        return [self.processes[name].exitcode for name in names]


def wait_until(true, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
