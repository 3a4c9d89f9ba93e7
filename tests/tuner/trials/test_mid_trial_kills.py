"""A search killed at random instants, again and again, ends as one that was never killed."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.helpers.clusters import free_port, wait_until
from tests.helpers.event_reader import check_logs
from tests.helpers.processes import ROOT
from tests.helpers.tiny_search import run
from tuner import load_search

SEED = 7
NO_ROLE: Mapping[str, str] = {}


def lines(log: Path) -> list[dict]:
    """Return the whole lines of a log; a kill may cut the last one off."""
    if not log.exists():
        return []
    whole = log.read_text(encoding="utf-8").rpartition("\n")[0]
    return [json.loads(line) for line in whole.splitlines()]


def course(directory: Path) -> list[dict]:
    return [entry.to_state() for entry in load_search(directory / "search").rounds]


def start(
    directory: Path, log: Path, size: tuple[int, ...], variables: Mapping[str, str] = NO_ROLE
) -> subprocess.Popen:
    command = [sys.executable, "-m", "tests.helpers.tiny_search", directory, log, *size]
    return subprocess.Popen(
        list(map(str, command)),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill_until_done(tmp_path: Path, size: tuple[int, ...], kills: int) -> tuple[int, Path]:
    """Kill after so many new lines and some milliseconds; then let it end."""
    rng = random.Random(SEED)
    log = tmp_path / "log.jsonl"
    done = 0
    while done < kills:
        process = start(tmp_path, log, size)
        wanted = len(lines(log)) + rng.choice((1, 1, 2))
        while len(lines(log)) < wanted and process.poll() is None:
            time.sleep(0.002)
        time.sleep(rng.random() * 0.1)
        process.kill()
        process.communicate()
        if process.returncode == 0:
            return done, log
        done += 1
    process = start(tmp_path, log, size)
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 0, errors
    return done, log


def check(tmp_path: Path, size: tuple[int, ...], kills: int) -> int:
    run(tmp_path / "whole", tmp_path / "whole.jsonl", *size)
    done, log = kill_until_done(tmp_path, size, kills)
    assert course(tmp_path) == course(tmp_path / "whole")
    expected = {
        (line["trial"], line["epoch"]): line["logs"] for line in lines(tmp_path / "whole.jsonl")
    }
    written = lines(log)
    # An epoch that was trained twice gave the same both times.
    assert all(line["logs"] == expected[line["trial"], line["epoch"]] for line in written)
    # A trial that was killed once it was over does not end again.
    epochs = {key for key in expected if key[1] is not None}
    assert epochs <= {(line["trial"], line["epoch"]) for line in written} <= set(expected)
    # A kill costs the epoch under way, and the line of one that had just ended.
    assert len(written) - len(expected) <= done
    left = [path.name for path in (tmp_path / "search").glob("*/*/*")]
    left += [path.name for path in (tmp_path / "search").glob("trial_*/*")]
    assert not [name for name in left if name.startswith(".") or name == "progress.npz"]
    check_logs(tmp_path / "search")
    return done


def test_a_search_in_another_process_killed_twice_ends_as_one_that_was_not(tmp_path):
    assert check(tmp_path, (1, 2, 3), kills=2) == 2


@pytest.mark.slow
def test_a_worker_goes_on_with_the_trial_of_one_that_was_killed(tmp_path):
    size = (2, 1, 12, 2)  # the other goes on to a trial that inherits from this one
    run(tmp_path / "whole", tmp_path / "whole.jsonl", *size)
    where = {"KERASTUNER_ORACLE_IP": "127.0.0.1", "KERASTUNER_ORACLE_PORT": str(free_port())}
    logs = {name: tmp_path / f"{name}.jsonl" for name in ("chief", "worker-1", "worker-2")}
    processes = {}

    def begin(name):
        role = {"KERASTUNER_TUNER_ID": name, **where}
        processes[name] = start(tmp_path, logs[name], size, role)

    try:
        begin("chief")
        begin("worker-1")
        wait_until(lambda: len(lines(logs["worker-1"])) >= 4, 200)
        processes["worker-1"].kill()
        begin("worker-2")
        assert processes["chief"].wait(60) == 0, processes["chief"].stderr.read()
        assert processes["worker-2"].wait(60) == 0
    finally:
        for process in processes.values():
            process.kill()
            process.communicate()
    assert course(tmp_path) == course(tmp_path / "whole")
    epochs = [[line["epoch"] for line in lines(logs[name])] for name in ("worker-1", "worker-2")]
    assert epochs[1][0] >= 3  # it began where the other had been
    assert len(epochs[0]) - epochs[1][0] in (0, 1)
    check_logs(tmp_path / "search")


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_fifty_kills_change_nothing(tmp_path):
    assert check(tmp_path, (2, 4, 12, 6), kills=50) == 50
