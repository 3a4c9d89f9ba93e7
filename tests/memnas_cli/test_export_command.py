import pytest
from click.testing import CliRunner

from memnas_cli.main import main


def export(*arguments):
    return CliRunner().invoke(main, ["export", *map(str, arguments)])


def test_a_search_and_its_model_file_export_as_the_next_versions(finished, tmp_path):
    search = finished[0] / "searches" / "digits"
    first = export(search, "--to", tmp_path / "models")
    assert first.exit_code == 0, first.output
    second = export(search / "best" / "model.keras", "--to", tmp_path / "models")
    assert second.exit_code == 0, second.output
    assert {path.name for path in (tmp_path / "models").iterdir()} == {"1", "2"}
    assert (tmp_path / "models" / "2" / "saved_model.pb").exists()


def test_an_existing_version_is_refused_and_left_alone(finished, tmp_path):
    search = finished[0] / "searches" / "digits"
    (tmp_path / "3").mkdir()
    (tmp_path / "3" / "mine").write_text("mine")
    result = export(search, "--to", tmp_path, "--version", 3)
    assert result.exit_code == 2
    assert "exists already; export another version than 3, such as 4" in result.output
    assert (tmp_path / "3" / "mine").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["3"]


@pytest.mark.parametrize("source", ["gone", "."])
def test_what_holds_no_model_is_refused(source, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = export(source, "--to", tmp_path / "models")
    assert result.exit_code == 2
    assert repr(source) in result.output
    assert not (tmp_path / "models").exists()
