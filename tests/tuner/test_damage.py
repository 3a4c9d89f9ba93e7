"""Search directories that are damaged, old, or made by a stranger."""

import json
import logging

import pytest

from memnas_tf.errors import SearchError
from tests.helpers.documents import alter
from tests.helpers.searches import make_tuner
from tests.memnas_tf.test_imports import PACKAGES, imported, sources
from tuner.history import load_search


def course(directory):
    return [entry.to_state() for entry in load_search(directory / "search").rounds]


def first_trial(content):
    return content["memnas"]["rounds"][0]["trials"][0]


@pytest.fixture
def searched(tmp_path):
    make_tuner(tmp_path, max_rounds=1).search(verbose=0)
    return tmp_path


@pytest.mark.parametrize("text", ["", " \n", '{"memnas": {', "nul", "\0\0\0"])
def test_a_damaged_oracle_file_gives_way_to_the_previous_copy(searched, text, caplog):
    before = course(searched)
    file = searched / "search" / "oracle.json"
    file.write_text(text)
    again = make_tuner(searched, max_rounds=1)
    assert "going on from oracle.json.bak" in caplog.text
    again.search(verbose=0)
    assert course(searched) == before
    assert (searched / "search" / "oracle.json.damaged").read_text() == text
    json.loads(file.read_text())


def test_a_missing_oracle_file_gives_way_to_the_previous_copy(searched):
    before = course(searched)
    (searched / "search" / "oracle.json").unlink()
    make_tuner(searched, max_rounds=1).search(verbose=0)
    assert course(searched) == before


def test_a_search_damaged_twice_is_refused_with_a_way_out(searched):
    for name in ("oracle.json", "oracle.json.bak"):
        (searched / "search" / name).write_text("{")
    with pytest.raises(SearchError, match="restore it from a copy, or start anew"):
        make_tuner(searched, max_rounds=1)


@pytest.mark.parametrize("text", ["", "{", "{}", '{"schema": 99}', None])
def test_a_damaged_file_of_a_trial_is_made_again(searched, text, caplog):
    before = course(searched)
    file = searched / "search" / "trial_0000" / "trial.json"
    score = make_tuner(searched, max_rounds=1).oracle.trials["0000"].score
    if text is None:
        file.unlink()
    else:
        file.write_text(text)
    with caplog.at_level(logging.WARNING):
        again = make_tuner(searched, max_rounds=1)
    assert again.oracle.trials["0000"].score == score
    assert again.oracle.trials["0000"].status == "COMPLETED"
    again.search(verbose=0)
    assert course(searched) == before


@pytest.mark.parametrize("text", ["", "{"])
def test_a_damaged_file_of_the_tuner_does_not_matter(searched, text):
    (searched / "search" / "tuner0.json").write_text(text)
    make_tuner(searched, max_rounds=1).search(verbose=0)


def test_a_search_of_an_older_schema_is_refused_with_a_way_out(searched):
    file = searched / "search" / "oracle.json"
    alter(file, lambda content: content["memnas"].update(schema=1))
    with pytest.raises(SearchError, match=r"an older version of this program .*finish it with"):
        make_tuner(searched, max_rounds=1)


@pytest.mark.parametrize("trial_id", ["../../elsewhere", "a/b", "."])
def test_ids_that_would_leave_the_directory_are_refused(searched, trial_id):
    file = searched / "search" / "oracle.json"
    alter(file, lambda content: first_trial(content).update(trial_id=trial_id))
    (searched / "search" / "oracle.json.bak").unlink()
    with pytest.raises(SearchError, match="it must be a trial's id"):
        make_tuner(searched, max_rounds=1)


@pytest.mark.parametrize(
    "code",
    [
        {"class_name": "Popen", "config": {"args": ["touch", "RUN"]}},
        {"class_name": "subprocess>Popen", "config": {"args": ["touch", "RUN"]}},
        {"class_name": "__lambda__", "config": {"value": "4wEAAAA="}},
    ],
)
def test_a_stranger_s_search_runs_no_code(searched, code, monkeypatch):
    monkeypatch.chdir(searched)
    file = searched / "search" / "oracle.json"
    alter(file, lambda content: content["hyperparameters"]["space"].append(code))
    with pytest.raises(SearchError, match=r"oracle\.json.*hyperparameters\.space"):
        make_tuner(searched, max_rounds=1)
    assert not (searched / "RUN").exists()


def test_nothing_unpickles():
    for package in PACKAGES:
        for path in sources(package):
            assert not imported(path) & {"pickle", "dill", "cloudpickle", "joblib", "marshal"}, path
