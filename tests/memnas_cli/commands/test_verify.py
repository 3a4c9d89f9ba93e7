import json

from click.testing import CliRunner

from memnas_cli.main import main


def verify(*arguments):
    return CliRunner().invoke(main, ["verify", *map(str, arguments)])


def test_a_sound_version_and_a_damaged_one(export, tmp_path):
    sound = export.copy(tmp_path)
    (tmp_path / "2").mkdir()
    result = verify(tmp_path)
    assert result.exit_code == 3
    lines = result.output.splitlines()
    assert lines[0] == f"{sound}:"
    assert lines[1] == "  ok       version name: version 1"
    assert [line[:8] for line in lines[1:8]] == ["  ok    "] * 7
    assert lines[8] == f"{tmp_path / '2'}:"
    assert lines[10] == "  failed   files: saved_model.pb is missing"
    assert lines[-1] == "  not run  labels and card: files are missing"


def test_json(export):
    result = verify(export.path.parent, "--json")
    assert result.exit_code == 0, result.output
    ((path, checks),) = json.loads(result.output).items()
    assert path == str(export.path)
    assert {check["status"] for check in checks} == {"ok"}
    assert checks[2]["check"] == "C++ loader"


def test_what_is_no_export_is_refused(tmp_path):
    result = verify(tmp_path / "gone")
    assert result.exit_code == 2
    assert "gone' is no directory; name one that an export wrote" in result.output
