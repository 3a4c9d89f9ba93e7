import json

import pytest

from tuner.files import whole_file, write_json, write_text


def test_a_file_is_written_and_nothing_else(tmp_path):
    write_json(tmp_path / "new" / "state.json", {"a": [1, 2]})
    assert json.loads((tmp_path / "new" / "state.json").read_text()) == {"a": [1, 2]}
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["state.json"]


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
