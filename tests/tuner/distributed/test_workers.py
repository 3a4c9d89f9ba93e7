"""A chief and workers in processes of their own, some of which are killed."""

import time

import pytest

from tests.helpers.clusters import Cluster, decided, wait_until
from tuner.distributed.workers_file import read_workers
from tuner.history import load_search


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The same search in one process."""
    with Cluster(tmp_path_factory.mktemp("alone")) as cluster:
        cluster.run("alone", {})
        assert cluster.wait("alone") == [0]
        return decided(cluster.directory)


def test_a_chief_and_two_workers_give_the_search_of_one_process(alone, tmp_path):
    with Cluster(tmp_path, "--seconds", 0.3) as cluster:
        for name in ("chief", "worker-1", "worker-2"):
            cluster.start(name)
        wait_until(lambda: len(read_workers(tmp_path / "search") or ()) == 2)
        assert cluster.wait("worker-1", "worker-2", "chief") == [0, 0, 0]
        assert cluster.marks("worker-1") and cluster.marks("worker-2")
        assert len(cluster.marks()) == 12  # nothing was trained twice
    assert decided(tmp_path) == alone
    assert not (tmp_path / "search" / "workers.json").exists()


def test_workers_share_the_trials_that_go_on_from_a_rung(tmp_path):
    options = ("--rounds", 2, "--trials", 4, "--rungs", 1, "--seconds", 0.3)
    with Cluster(tmp_path / "alone", *options) as cluster:
        cluster.run("alone", {})
        assert cluster.wait("alone") == [0], cluster.log("alone")
    with Cluster(tmp_path / "shared", *options) as cluster:
        for name in ("chief", "worker-1", "worker-2"):
            cluster.start(name)
        assert cluster.wait("worker-1", "worker-2", "chief") == [0, 0, 0], cluster.log("chief")
        assert cluster.marks("worker-1") and cluster.marks("worker-2")
    found = decided(tmp_path / "shared")
    assert found == decided(tmp_path / "alone")
    for entry in found:
        states = sorted(trial["status"] for trial in entry["trials"])
        assert states == ["completed", "completed", "stopped", "stopped"]


def test_a_worker_killed_in_the_middle_of_a_trial_does_not_hang_the_round(alone, tmp_path):
    with Cluster(tmp_path, "--seconds", 0.5) as cluster:
        for name in ("chief", "worker-1", "worker-2"):
            cluster.start(name)
        lost = cluster.wait_for_mark("worker-1")[-1].split(".")[0]
        cluster.kill("worker-1")
        assert cluster.wait("worker-2", "chief") == [0, 0]
        assert cluster.marks("worker-2")
        assert sum(mark.startswith(lost) for mark in cluster.marks()) >= 1
        assert "worker-1 was silent for 2 s" in cluster.log("chief")
    assert decided(tmp_path) == alone


def test_a_worker_whose_disk_is_full_gives_its_trial_back_and_ends(alone, tmp_path):
    with Cluster(tmp_path) as cluster:
        cluster.start("chief")
        cluster.start("worker-1", "--disk-is-full")
        assert cluster.wait("worker-1") == [1]
        assert "MachineFault: the machine failed while trial 00" in cluster.log("worker-1")
        assert "No space left on device" in cluster.log("chief")
        cluster.start("worker-2")
        assert cluster.wait("worker-2", "chief") == [0, 0]
    assert decided(tmp_path) == alone


def test_a_worker_that_hangs_does_not_hang_the_round(alone, tmp_path):
    with Cluster(tmp_path) as cluster:
        cluster.start("chief")
        cluster.start("worker-1", "--seconds", 600, "--stall", 0.5)
        (lost,) = cluster.wait_for_mark("worker-1")
        cluster.start("worker-2", "--seconds", 0.1)
        assert cluster.wait("worker-2", "chief") == [0, 0]
        assert len(cluster.marks("worker-1")) == 1
        assert any(mark.startswith(lost.split(".")[0]) for mark in cluster.marks("worker-2"))
        assert "made no step for 0.5 s" in cluster.log("worker-1")
    assert decided(tmp_path) == alone


def test_a_chief_that_is_killed_resumes_and_its_workers_go_on(alone, tmp_path):
    with Cluster(tmp_path, "--seconds", 0.5, "--lease", 20) as cluster:
        for name in ("chief", "worker-1", "worker-2"):
            cluster.start(name)
        cluster.wait_for_mark(beyond=3)
        cluster.kill("chief")
        time.sleep(1)
        cluster.start("chief")
        assert cluster.wait("worker-1", "worker-2", "chief") == [0, 0, 0]
        assert len(cluster.marks()) == 12  # what was under way went on
    assert decided(tmp_path) == alone


def test_chief_and_worker_killed_at_once(alone, tmp_path):
    with Cluster(tmp_path, "--seconds", 0.5) as cluster:
        for name in ("chief", "worker-1", "worker-2"):
            cluster.start(name)
        cluster.wait_for_mark("worker-1", beyond=1)
        cluster.kill("worker-1")
        cluster.kill("chief")
        cluster.start("chief")
        cluster.start("worker-3")
        assert cluster.wait("worker-2", "worker-3", "chief") == [0, 0, 0]
    assert decided(tmp_path) == alone


def test_a_worker_killed_while_idle_does_not_keep_the_chief(alone, tmp_path):
    """Two workers for the last trial of a round: one of them waits, and dies waiting."""
    with Cluster(tmp_path, "--rounds", 1, "--trials", 1, "--seconds", 10) as cluster:
        cluster.start("chief")
        cluster.start("worker-1")
        cluster.wait_for_mark("worker-1")
        cluster.start("worker-2")
        wait_until(lambda: "worker-2" in (read_workers(tmp_path / "search") or ()))
        cluster.kill("worker-2")
        assert cluster.wait("worker-1", "chief", seconds=30) == [0, 0]


def test_a_second_chief_on_the_same_port_is_refused(tmp_path):
    with Cluster(tmp_path / "one") as first, Cluster(tmp_path / "two") as second:
        second.port = first.port
        first.start("chief")
        wait_until(lambda: (tmp_path / "one" / "search" / "workers.json").exists())
        second.start("chief")
        assert second.wait("chief") == [1]
        assert "another chief or program does" in second.log("chief")


def test_a_second_chief_in_the_same_directory_is_refused(tmp_path):
    with Cluster(tmp_path) as cluster:
        cluster.start("chief")
        wait_until(lambda: (tmp_path / "search" / "workers.json").exists())
        cluster.port += 1
        cluster.start("another-chief", "--overwrite")
        assert cluster.wait("another-chief") == [1]
        assert "another process runs the search in" in cluster.log("another-chief")
        assert load_search(tmp_path / "search").rounds == ()


def test_a_late_worker_with_overwrite_deletes_nothing(alone, tmp_path):
    with Cluster(tmp_path, "--seconds", 0.3) as cluster:
        cluster.start("chief")
        cluster.start("worker-1")
        cluster.wait_for_mark(beyond=2)
        cluster.start("worker-2", "--overwrite")
        assert cluster.wait("worker-1", "worker-2", "chief") == [0, 0, 0]
    assert decided(tmp_path) == alone


def test_a_worker_without_a_chief_gives_up_and_says_so(tmp_path):
    with Cluster(tmp_path, "--patience", 1) as cluster:
        cluster.start("worker-1")
        assert cluster.wait("worker-1") == [1]
        assert "has not answered for" in cluster.log("worker-1")


def test_a_worker_of_a_finished_search_ends_at_once(alone, tmp_path):
    with Cluster(tmp_path, "--rounds", 1) as cluster:
        cluster.start("chief")
        cluster.start("worker-1")
        assert cluster.wait("worker-1", "chief") == [0, 0]
        cluster.start("worker-2")
        assert cluster.wait("worker-2") == [0]


@pytest.mark.slow
def test_four_workers_finish_sixty_trials_with_two_of_them_killed(tmp_path):
    size = ("--rounds", 4, "--trials", 15, "--seconds", 1.0)
    with Cluster(tmp_path / "one", *size[:4]) as single:
        single.start("chief")
        single.start("worker-1")
        assert single.wait("worker-1", "chief", seconds=400) == [0, 0]
    with Cluster(tmp_path / "four", *size) as cluster:
        names = [f"worker-{number}" for number in range(1, 5)]
        for name in ("chief", *names):
            cluster.start(name)
        cluster.wait_for_mark(beyond=15)
        cluster.kill("worker-1")
        cluster.wait_for_mark(beyond=30)
        cluster.kill("worker-3")
        assert cluster.wait("worker-2", "worker-4", "chief", seconds=400) == [0, 0, 0]
    assert decided(tmp_path / "four") == decided(tmp_path / "one")
    assert sum(len(entry["trials"]) for entry in decided(tmp_path / "four")) == 60
