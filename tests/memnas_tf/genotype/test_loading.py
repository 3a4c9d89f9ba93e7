"""Architectures by name, string, file or directory."""

import os

import pytest

from memnas_tf.errors import GenotypeError
from memnas_tf.genotype import PRESETS, from_string, load_genotype, to_json

TEXT = "0c3:0d3=/0mp+0ap="
GENOTYPE = from_string(TEXT)


@pytest.fixture(autouse=True)
def in_empty_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_preset():
    assert load_genotype("supplement") is PRESETS["supplement"]


def test_compact_string():
    assert load_genotype(TEXT) == GENOTYPE


@pytest.mark.parametrize("cells", [50, 2000])
def test_a_compact_string_longer_than_any_path(cells):
    text = "2x" + ",".join(["0c3+0c3="] * cells)
    assert load_genotype(text).slots == cells


@pytest.mark.parametrize("name", ["mine.json", "mine.txt"])
def test_file(tmp_path, name):
    (tmp_path / name).write_text(to_json(GENOTYPE))
    assert load_genotype(str(tmp_path / name)) == GENOTYPE
    assert load_genotype(name) == GENOTYPE


def test_search_directory(tmp_path):
    (tmp_path / "best.json").write_text(to_json(GENOTYPE))
    assert load_genotype(str(tmp_path)) == GENOTYPE


def test_search_directory_without_a_finished_round(tmp_path):
    (tmp_path / "search").mkdir()
    with pytest.raises(GenotypeError, match=r"best.json': no round of a search has finished there"):
        load_genotype("search")


def test_missing_file():
    with pytest.raises(GenotypeError, match=r"cannot read 'gone.json': there is no such file"):
        load_genotype("gone.json")


def test_damaged_file(tmp_path):
    (tmp_path / "bad.json").write_text('{"format": ')
    with pytest.raises(GenotypeError, match=r"cannot read 'bad.json': this is no JSON document"):
        load_genotype("bad.json")


def test_file_that_is_no_text(tmp_path):
    (tmp_path / "bad.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(GenotypeError, match=r"cannot read 'bad.json'"):
        load_genotype("bad.json")


def test_file_with_a_bad_architecture(tmp_path):
    (tmp_path / "bad.json").write_text(to_json(GENOTYPE).replace("conv_3x3", "conv_4x4"))
    with pytest.raises(GenotypeError, match=r"'bad.json': block 1, cell 1: unknown operation"):
        load_genotype("bad.json")


def test_file_that_may_not_be_read(tmp_path, monkeypatch):
    (tmp_path / "shut.json").write_text(to_json(GENOTYPE))

    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.open", refuse)
    with pytest.raises(GenotypeError, match=r"cannot read 'shut.json': .*Permission denied"):
        load_genotype("shut.json")


def test_neither():
    with pytest.raises(GenotypeError) as raised:
        load_genotype("figure-1c")
    for part in ("'figure-1c' is no architecture", "no such file", "figure-1b", "supplement"):
        assert part in str(raised.value)


def test_a_compact_string_with_a_mistake_names_it():
    with pytest.raises(GenotypeError, match="as a compact string: block 1, cell 2"):
        load_genotype("5x0d3+0f7,1zz:0d5=")


@pytest.mark.parametrize("name", ["searches/nothing", "photo.jpg", "./x"])
def test_a_path_where_nothing_is_gets_no_lesson_in_notation(name):
    with pytest.raises(GenotypeError, match="no such file or directory; give a preset") as raised:
        load_genotype(name)
    assert "cell" not in str(raised.value)


def test_a_picture_is_refused_with_what_would_do(tmp_path):
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    with pytest.raises(GenotypeError, match=r"'photo.png': it is not text.*give a preset"):
        load_genotype("photo.png")


@pytest.mark.timeout(20)
def test_a_pipe_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(GenotypeError, match="it is a pipe, not a file"):
        load_genotype("pipe.json")
