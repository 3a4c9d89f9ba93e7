"""The directory of a search: whose it is, and whether a tuner may go on in it."""

import shutil

import keras_tuner
import pytest

from memnas_tf.errors import ConfigError, SearchError
from tests.helpers.formula import TEMPLATE
from tests.helpers.searches import make_tuner
from tuner import MemNASHyperModel


def test_other_settings_are_refused_and_nothing_is_lost(tmp_path):
    make_tuner(tmp_path, max_rounds=1).search(verbose=0)
    before = (tmp_path / "search" / "oracle.json").read_bytes()
    with pytest.raises(SearchError, match=r"other settings \(tradeoff: 0\.5 there, 0\.8 now\)"):
        make_tuner(tmp_path, max_rounds=1, tradeoff=0.8)
    assert (tmp_path / "search" / "oracle.json").read_bytes() == before


def test_overwrite_starts_anew(tmp_path):
    make_tuner(tmp_path, max_rounds=1).search(verbose=0)
    tuner = make_tuner(tmp_path, max_rounds=1, tradeoff=0.8, overwrite=True)
    assert tuner.oracle.rounds == []
    assert not list((tmp_path / "search").glob("trial_*"))


def test_overwrite_deletes_what_a_search_wrote_and_nothing_else(tmp_path):
    project = tmp_path / "search"
    make_tuner(tmp_path, max_rounds=1).search(verbose=0)
    theirs = [project / "notes.txt", project / "trial_0000" / "notes.txt", project / "data" / "1"]
    ours = [project / "best" / "model.keras", project / "logs" / "0000" / "events.out.tfevents.1"]
    for path in (*theirs, *ours):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("content")
    make_tuner(tmp_path, max_rounds=1, overwrite=True)
    assert [path.read_text() for path in theirs] == ["content"] * 3
    left = {path.name for path in project.iterdir()}
    assert left == {".lock", "data", "notes.txt", "oracle.json", "trial_0000", "tuner0.json"}


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("name", ["notes.txt", "best/thesis.tex", "oracle.json"])
def test_what_is_no_search_is_left_alone(name, overwrite, tmp_path):
    path = tmp_path / "search" / name
    path.parent.mkdir(parents=True)
    path.write_text('"mine"')
    with pytest.raises(SearchError, match=r"something else than a search|another tuner"):
        make_tuner(tmp_path, overwrite=overwrite)
    assert [path.read_text(), len(list((tmp_path / "search").iterdir()))] == ['"mine"', 1]


@pytest.mark.parametrize("link", ["trial_0000", "logs", "best", "workers", "logs/0000"])
def test_links_that_lead_out_of_a_search_are_not_followed(link, tmp_path):
    make_tuner(tmp_path, max_rounds=1).search(verbose=0)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "trial.json").write_text("mine")
    path = tmp_path / "search" / link
    path.parent.mkdir(exist_ok=True)
    if path.exists():
        shutil.rmtree(path)
    path.symlink_to(tmp_path / "mine")
    for overwrite in (False, True):
        with pytest.raises(ConfigError, match="is a symbolic link"):
            make_tuner(tmp_path, max_rounds=1, overwrite=overwrite)
    assert (tmp_path / "mine" / "trial.json").read_text() == "mine"


def test_a_deletion_that_is_cut_off_leaves_nothing_to_resume(tmp_path, monkeypatch):
    make_tuner(tmp_path, max_rounds=1).search(verbose=0)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("tuner.search_directory.remove_owned", _interrupted)
        make_tuner(tmp_path, overwrite=True)
    with pytest.raises(SearchError, match="start anew"):
        make_tuner(tmp_path, max_rounds=1)
    assert make_tuner(tmp_path, max_rounds=1, overwrite=True).oracle.rounds == []


def _interrupted(*arguments):
    raise KeyboardInterrupt


def test_a_search_of_another_tuner_is_refused(tmp_path):
    hypermodel = MemNASHyperModel(TEMPLATE, max_cells=1, share_cells=True)
    keras_tuner.RandomSearch(
        hypermodel, "val_accuracy", max_trials=1, directory=tmp_path, project_name="search"
    ).oracle.save()
    with pytest.raises(SearchError, match="a search of another tuner"):
        make_tuner(tmp_path)


def test_bad_settings_are_refused_before_a_directory_is_made(tmp_path):
    with pytest.raises(ConfigError, match="trials_per_round is 0"):
        make_tuner(tmp_path / "new", trials_per_round=0)
    with pytest.raises(ConfigError, match=r"trials_per_round is 2\.5"):
        make_tuner(tmp_path / "new", trials_per_round=2.5)
    assert not (tmp_path / "new").exists()


def test_budgets_that_nothing_keeps_to_are_refused_before_a_directory_is_made(tmp_path):
    message = (
        r"no network of the first round fits: the smallest needs 2,304 bytes where max_arena is "
        r"1,000; allow more, or use fewer filters"
    )
    with pytest.raises(ConfigError, match=message):
        make_tuner(tmp_path / "new", max_arena="1kB")
    assert not (tmp_path / "new").exists()


def test_another_budget_is_refused_on_resuming_and_the_same_in_other_words_is_not(tmp_path):
    make_tuner(tmp_path, max_rounds=1, max_arena="4kB").search(verbose=0)
    with pytest.raises(SearchError, match=r"\(max_arena: 4000 there, 5000 now\)"):
        make_tuner(tmp_path, max_rounds=1, max_arena="5kB")
    with pytest.raises(SearchError, match=r"max_arena: 4000 there, None now"):
        make_tuner(tmp_path, max_rounds=1)
    again = make_tuner(tmp_path, max_rounds=1, max_arena=4000, bytes_per_weight=4)
    assert len(again.oracle.rounds) == 1
