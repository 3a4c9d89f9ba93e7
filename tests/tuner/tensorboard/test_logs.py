"""Which process writes what, and that no log ends a search."""

import shutil

import pytest

from memnas_tf.errors import ConfigError
from tests.helpers.event_reader import Run
from tests.helpers.processes import run_python
from tests.helpers.searches import make_tuner
from tuner.history import load_search
from tuner.tensorboard.logs import log_listeners
from tuner.tensorboard.search_log import SearchLog
from tuner.tensorboard.trial_log import TrialLog


@pytest.mark.parametrize(
    ("name", "kinds"),
    [(None, [TrialLog, SearchLog]), ("chief", [SearchLog]), ("worker-1", [TrialLog])],
)
def test_each_process_writes_its_part(tmp_path, monkeypatch, name, kinds):
    if name is not None:
        monkeypatch.setenv("KERASTUNER_TUNER_ID", name)
        monkeypatch.setenv("KERASTUNER_ORACLE_IP", "127.0.0.1")
    assert [type(listener) for listener in log_listeners(tmp_path, True)] == kinds
    assert log_listeners(tmp_path, False) == []


def course(directory):
    return [entry.to_state() for entry in load_search(directory / "search").rounds]


def test_logs_change_nothing_of_a_search_and_no_fault_ends_it(tmp_path, caplog):
    size = {"max_rounds": 2, "trials_per_round": 2}
    make_tuner(tmp_path / "plain", **size).search(verbose=0)
    assert not (tmp_path / "plain" / "search" / "logs").exists()
    make_tuner(tmp_path / "logged", tensorboard=True, **size).search(verbose=0)
    assert Run(tmp_path / "logged" / "search" / "logs" / "search").steps("winner/val_accuracy") == [
        1,
        2,
    ]
    blocked = make_tuner(tmp_path / "blocked", tensorboard=True, **size)
    shutil.rmtree(tmp_path / "blocked" / "search" / "logs", ignore_errors=True)
    (tmp_path / "blocked" / "search" / "logs").write_text("where a folder should be")
    blocked.search(verbose=0)
    assert "logs lack something" in caplog.text
    assert course(tmp_path / "plain") == course(tmp_path / "logged") == course(tmp_path / "blocked")


@pytest.mark.parametrize("names", [("cat", "dog"), "abc"])
def test_names_that_are_not_one_for_each_class_are_refused(tmp_path, names):
    with pytest.raises(ConfigError, match="it must be a list of 3 names"):
        make_tuner(tmp_path, class_names=names)
    assert list(tmp_path.iterdir()) == []


def test_a_place_of_one_s_own_is_refused_by_name(tmp_path):
    with pytest.raises(ConfigError, match="tensorboard is 'my-logs'; it must be True or False"):
        make_tuner(tmp_path, tensorboard="my-logs")
    assert list(tmp_path.iterdir()) == []


def test_logs_are_written_without_tensorflow():
    run_python(
        "import sys, tuner.tensorboard.search_log, tuner.tensorboard.trial_log\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
