import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest
from click.testing import CliRunner

from memnas_cli.main import main
from memnas_tf.directory_lock import directory_lock, is_running
from tests.helpers.clusters import Cluster, wait_until
from tests.helpers.processes import ROOT
from tests.helpers.searches import FormulaTuner, make_tuner
from tuner.timing import format_seconds, seconds_left, trials_left


class Interrupted(FormulaTuner):
    def run_trial(self, trial, *args, **kwargs):
        if len(self.oracle.end_order) == 6:
            raise KeyboardInterrupt
        if len(self.oracle.end_order) == 2:
            raise RuntimeError("made to fail")
        return super().run_trial(trial, *args, **kwargs)


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory):
    tuner = make_tuner(tmp_path_factory.mktemp("interrupted"), Interrupted, max_rounds=3)
    with pytest.raises(KeyboardInterrupt):
        tuner.search(verbose=0)
    return tuner


def status(directory, *options):
    result = CliRunner().invoke(main, ["status", str(directory), *options])
    assert result.exit_code == 0, result.output
    return json.loads(result.output) if "--json" in options else result.output


def test_an_interrupted_search(interrupted):
    document = status(interrupted.project_dir, "--json")
    assert document["state"] == "interrupted"
    assert (document["round"], document["max_rounds"]) == (2, 3)
    assert document["trials"] == {
        "completed": 5,
        "failed": 1,
        "running": 1,
        "planned": 3,
        "paused": 0,
        "stopped": 0,
        "at_most": 15,
    }
    assert document["best"]["genotype"] == interrupted.oracle.history.best.genotype
    assert document["seconds_left"] == pytest.approx(9 * document["seconds_per_trial"])
    text = status(interrupted.project_dir)
    assert "interrupted; the command that started it goes on" in text
    assert "5 done, 1 failed, 1 cut off, 3 planned, 15 at most" in text


def test_a_search_with_trials_at_a_rung(tmp_path):
    class AtTheRung(FormulaTuner):
        def run_trial(self, trial, *args, **kwargs):
            if trial.trial_id == "0003":
                raise KeyboardInterrupt
            return super().run_trial(trial, *args, **kwargs)

    halving = {"rungs": (1,), "reduction_factor": 2}
    with pytest.raises(KeyboardInterrupt):
        make_tuner(tmp_path, AtTheRung, max_rounds=2, **halving).search(verbose=0)
    document = status(tmp_path / "search", "--json")
    assert document["seconds_left"] is None  # the long trials are still to come
    trials = document["trials"]
    assert (trials["stopped"], trials["paused"], trials["running"]) == (0, 3, 1)
    assert "at rungs   0 stopped, 3 paused" in status(tmp_path / "search")


def test_a_finished_search(tmp_path):
    make_tuner(tmp_path, max_rounds=1).search(verbose=0)
    document = status(tmp_path / "search", "--json")
    assert document["state"] == "finished"
    assert document["seconds_left"] is None
    assert document["trials"]["at_most"] == 5
    text = status(tmp_path / "search")
    assert "finished: it reached max_rounds (1)" in text
    assert "time left" not in text


def test_a_running_search_with_workers(tmp_path):
    with Cluster(tmp_path, "--seconds", 1.5) as cluster:
        for name in ("chief", "worker-1", "worker-2"):
            cluster.start(name)
        project = tmp_path / "search"
        wait_until(lambda: cluster.marks("worker-1") and cluster.marks("worker-2"))
        wait_until(lambda: status(project, "--json")["trials"]["running"] == 2)
        wait_until(lambda: len(status(project, "--json")["workers"] or ()) == 2)
        assert status(project, "--json")["state"] == "running"
        assert "worker-2 (trial 000" in status(project)


def test_a_directory_without_a_search_is_refused(tmp_path):
    result = CliRunner().invoke(main, ["status", str(tmp_path)])
    assert result.exit_code == 2
    assert "holds no search" in result.output


def test_it_loads_no_tensorflow(interrupted):
    code = (
        "import sys; from memnas_cli.main import main\n"
        "try: main(['status', sys.argv[1]])\n"
        "except SystemExit: pass\n"
        "print([n for n in ('keras', 'tensorflow', 'keras_tuner', 'grpc') if n in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(ROOT / interrupted.project_dir)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert result.stdout.splitlines()[-1] == "[]"


def test_a_lock_is_seen_and_leaves_with_its_holder(tmp_path):
    assert not is_running(tmp_path)
    with directory_lock(tmp_path, "search"), directory_lock(tmp_path, "search"):
        assert is_running(tmp_path)
    assert not is_running(tmp_path)


def test_time_left(interrupted):
    history = interrupted.oracle.history
    assert trials_left(history) == 9
    growing = replace(history.settings, trials_per_round=(5, 5, 9))  # it is in the second of three
    assert trials_left(replace(history, settings=growing)) == 13
    assert seconds_left(history, 3) == pytest.approx(seconds_left(history) / 3)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(2.34, "2.3 s"), (59, "59 s"), (61, "1 min"), (7500, "2 h 5 min"), (200_000, "2 d 7 h")],
)
def test_times_for_people(seconds, text):
    assert format_seconds(seconds) == text


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", [".lock", "workers.json", "oracle.json"])
def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(interrupted, tmp_path, name):
    directory = tmp_path / "search"
    shutil.copytree(interrupted.project_dir, directory)
    (directory / name).unlink(missing_ok=True)
    os.mkfifo(directory / name)
    assert "search     interrupted" in status(directory)
