"""A search killed at any write goes on as if it had not been."""

import random
import time

import pytest

from tests.helpers.clusters import Cluster, decided, wait_until

SIZE = ("--rounds", 2, "--trials", 2)
HALVING = ("--rounds", 1, "--trials", 4, "--rungs", 1, 2)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return finish(tmp_path_factory.mktemp("whole"))


def finish(directory, size=SIZE):
    """Run a search to its end, and return what it decided."""
    with Cluster(directory, *size) as cluster:
        cluster.run("alone", {})
        assert cluster.wait("alone") == [0], cluster.log("alone")
    return decided(directory)


def kill_at(directory, number, *options, size=SIZE):
    """Run a search until its `number`-th write; return whether it came so far."""
    with Cluster(directory, *size) as cluster:
        cluster.run("killed", {}, "--kill-at-write", number, *options)
        (code,) = cluster.wait("killed")
    assert code in (0, -9)
    return code == -9


def check_every_write(whole, tmp_path, step, size=SIZE, first=1):
    number, kills = first, 0
    while True:
        killed = [
            kill_at(tmp_path / f"before-{number}", number, "--kill-before", size=size),
            kill_at(tmp_path / f"after-{number}", number, size=size),
        ]
        for when in ("before", "after"):
            directory = tmp_path / f"{when}-{number}"
            assert finish(directory, size) == whole, f"killed {when} write {number}"
            assert not list(directory.glob("search/**/.memnas-*"))
        if not any(killed):
            return kills
        kills += sum(killed)
        number += step


def test_kill_9_at_a_write_of_either_file_leaves_no_zombie_and_no_lost_result(whole, tmp_path):
    assert check_every_write(whole, tmp_path, step=7) >= 10


@pytest.mark.slow
def test_kill_9_at_every_write(whole, tmp_path):
    assert check_every_write(whole, tmp_path, step=1) >= 60


@pytest.mark.slow
def test_kill_9_at_a_write_around_a_rung(tmp_path):
    """At some writes of a search whose trials pause at two rungs."""
    whole = finish(tmp_path / "whole", HALVING)
    statuses = sorted(trial["status"] for trial in whole[0]["trials"])
    assert statuses == ["completed", "stopped", "stopped", "stopped"]
    assert check_every_write(whole, tmp_path, step=11, size=HALVING, first=5) >= 4


@pytest.mark.slow
def test_kill_9_at_every_write_around_a_rung(tmp_path):
    whole = finish(tmp_path / "whole", HALVING)
    assert check_every_write(whole, tmp_path, step=1, size=HALVING) >= 60


def test_kill_9_twice_at_the_same_write(whole, tmp_path):
    for number in (5, 9, 12):
        directory = tmp_path / str(number)
        assert kill_at(directory, number)
        assert kill_at(directory, number)
        assert finish(directory) == whole


def random_kills(directory, kills, seed):
    """Kill a chief and its workers at random; return how many kills it took to finish."""
    rng = random.Random(seed)
    names = ["worker-1", "worker-2", "worker-3"]
    size = ("--rounds", 6, "--trials", 10, "--seconds", 0.3, "--lease", 2)
    with Cluster(directory, *size) as cluster:
        for name in ("chief", *names):
            cluster.start(name)
        done = 0
        while done < kills:
            time.sleep(rng.uniform(0.1, 0.8))
            alive = [name for name, one in cluster.processes.items() if one.is_alive()]
            if "chief" not in alive:
                break
            victims = rng.choice([["chief"], [rng.choice(names)], ["chief", rng.choice(names)]])
            for name in victims:
                cluster.kill(name)
                done += 1
            for name in victims:
                cluster.start(name)
        wait_until(lambda: not cluster.processes["chief"].is_alive(), 300)
        assert cluster.wait("chief") == [0], cluster.log("chief")
    return done


@pytest.mark.slow
def test_fifty_kills_at_random_instants_of_chief_workers_and_both(tmp_path):
    assert random_kills(tmp_path / "killed", 50, seed=0) >= 50
    with Cluster(tmp_path / "alone", "--rounds", 6, "--trials", 10) as cluster:
        cluster.run("alone", {})
        assert cluster.wait("alone", seconds=300) == [0]
    assert decided(tmp_path / "killed") == decided(tmp_path / "alone")
