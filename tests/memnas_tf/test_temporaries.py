import os
import re
import time

import pytest

from memnas_tf import temporaries
from memnas_tf.files import write_text
from memnas_tf.temporaries import is_temporary, sweep, sweep_tree, temporary_path
from tests.helpers.leftovers import leave_half, start_writing

OTHER_HOST = ".memnas-00000000-1-0123abcd"


@pytest.mark.parametrize("kind", ["file", "folder"])
@pytest.mark.parametrize("ending", ["", ".weights.h5"])
def test_what_a_killed_process_left_is_deleted(kind, ending, tmp_path):
    left = leave_half(tmp_path, ending, kind)
    assert is_temporary(left.name)
    assert left.name.endswith(ending)
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_being_written_stays(tmp_path):
    process, theirs = start_writing(tmp_path)
    with temporary_path(tmp_path) as ours:
        ours.touch()
        sweep(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {ours.name, theirs.name}
    process.communicate()
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_process_of_the_same_number_before_this_one_is_dead(tmp_path):
    with temporary_path(tmp_path) as ours:
        left = tmp_path / re.sub("[0-9a-f]{8}$", "01234567", ours.name)
        left.touch()
        sweep(tmp_path)
    assert not left.exists()


def test_what_another_machine_writes_stays_for_a_week(tmp_path):
    (tmp_path / OTHER_HOST).mkdir()
    (tmp_path / OTHER_HOST / "file").touch()
    long_ago = time.time() - 8 * 24 * 3600
    os.utime(tmp_path / OTHER_HOST, (long_ago, long_ago))
    sweep(tmp_path)
    assert (tmp_path / OTHER_HOST).exists()
    os.utime(tmp_path / OTHER_HOST / "file", (long_ago, long_ago))
    sweep(tmp_path)
    assert not (tmp_path / OTHER_HOST).exists()


def test_nothing_else_is_deleted(tmp_path):
    names = {".memnas-notes", ".state.txt.12.tmp", f"x{OTHER_HOST}", "state.txt"}
    for name in names:
        (tmp_path / name).touch()
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == names
    sweep(tmp_path / "none")


def test_the_first_write_into_a_folder_sweeps_it(tmp_path, monkeypatch):
    monkeypatch.setattr(temporaries, "_swept", set())
    leave_half(tmp_path, kind="folder")
    write_text(tmp_path / "file", "content")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_tree_is_swept_and_no_link_is_followed(tmp_path):
    elsewhere, tree = tmp_path / "elsewhere", tmp_path / "tree"
    (tree / "trial").mkdir(parents=True)
    elsewhere.mkdir()
    (tree / "link").symlink_to(elsewhere)
    stays, left = leave_half(elsewhere), leave_half(tree / "trial")
    sweep_tree(tree)
    assert (stays.exists(), left.exists()) == (True, False)


@pytest.mark.parametrize("name", ["trial.json", "é" * 120 + ".weights.h5", "a\nb"])
def test_a_name_tells_what_is_written(name, tmp_path):
    with temporary_path(tmp_path, name) as ours:
        ours.touch()
        assert is_temporary(ours.name)
        assert ours.name.endswith(name[-40:])
        assert len(os.fsencode(ours.name)) < 160
