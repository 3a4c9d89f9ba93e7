import json

import pytest

from memnas_tf.files import (
    previous_path,
    remove_temporaries,
    whole_file,
    write_json,
    write_text,
)


def test_a_file_is_written_and_nothing_else(tmp_path):
    write_json(tmp_path / "new" / "state.json", {"a": [1, 2]})
    assert json.loads((tmp_path / "new" / "state.json").read_text()) == {"a": [1, 2]}
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["state.json"]


def test_the_previous_content_is_kept_where_asked_for(tmp_path):
    file = tmp_path / "state.txt"
    for text in ("one", "two", "three"):
        write_text(file, text, keep_previous=True)
    assert (file.read_text(), previous_path(file).read_text()) == ("three", "two")
    assert len(list(tmp_path.iterdir())) == 2


def test_a_copy_that_is_the_file_itself_leaves_nothing_behind(tmp_path):
    """As after a kill between the copy and the file."""
    file = tmp_path / "state.txt"
    write_text(file, "one")
    previous_path(file).hardlink_to(file)
    write_text(file, "two", keep_previous=True)
    assert (file.read_text(), previous_path(file).read_text()) == ("two", "one")
    assert len(list(tmp_path.iterdir())) == 2


def test_file_systems_without_links_keep_a_copy(tmp_path, monkeypatch):
    def refuse(source, target):
        raise PermissionError("no links here")

    monkeypatch.setattr("os.link", refuse)
    file = tmp_path / "state.txt"
    write_text(file, "one")
    write_text(file, "two", keep_previous=True)
    assert previous_path(file).read_text() == "one"


def test_leftovers_are_removed_and_nothing_else(tmp_path):
    for name in (".state.txt.12.tmp", ".other.txt.12.tmp", "state.txt"):
        (tmp_path / name).touch()
    remove_temporaries(tmp_path, "state.txt")
    assert {path.name for path in tmp_path.iterdir()} == {".other.txt.12.tmp", "state.txt"}


def test_what_cannot_be_written_leaves_the_old_file(tmp_path, monkeypatch):
    file = tmp_path / "state.txt"
    write_text(file, "old")

    def full(descriptor):
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_text(file, "new")
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["state.txt"]


def test_a_file_that_another_library_writes_is_whole_or_not_there(tmp_path):
    file = tmp_path / "weights.h5"
    with whole_file(file) as temporary:
        temporary.write_bytes(b"old")
        assert temporary.name.endswith(".weights.h5")
        assert not file.exists()
    with pytest.raises(ZeroDivisionError), whole_file(file) as temporary:
        temporary.write_bytes(b"half of the n")
        raise ZeroDivisionError
    assert file.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["weights.h5"]
