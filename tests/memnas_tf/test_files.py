import errno
import json
import os

import pytest

from memnas_tf.files import (
    previous_path,
    whole_file,
    whole_folder,
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


def test_an_error_names_the_file_that_was_to_be_written(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match=r"No space left on device: '.*/state\.txt'"):
        write_text(tmp_path / "state.txt", "new")


def test_a_link_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "state.txt").symlink_to("mine.txt")
    write_text(tmp_path / "state.txt", "new")
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert not (tmp_path / "state.txt").is_symlink()


def test_a_folder_is_whole_or_not_there(tmp_path):
    folder = tmp_path / "new" / "best"
    with pytest.raises(ZeroDivisionError), whole_folder(folder) as temporary:
        (temporary / "half").touch()
        raise ZeroDivisionError
    assert list((tmp_path / "new").iterdir()) == []
    with whole_folder(folder) as temporary:
        (temporary / "below").mkdir()
        (temporary / "below" / "file").write_text("content")
        assert not folder.exists()
    assert (folder / "below" / "file").read_text() == "content"
    with pytest.raises(FileExistsError, match="best"), whole_folder(folder):
        pass
    assert [path.name for path in folder.parent.iterdir()] == ["best"]


def test_a_file_that_another_library_writes_is_whole_or_not_there(tmp_path):
    file = tmp_path / "best.weights.h5"
    with whole_file(file) as temporary:
        temporary.write_bytes(b"old")
        assert temporary.name.endswith(".weights.h5")
        assert not file.exists()
    with pytest.raises(ZeroDivisionError), whole_file(file) as temporary:
        temporary.write_bytes(b"half of the n")
        raise ZeroDivisionError
    assert file.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["best.weights.h5"]
