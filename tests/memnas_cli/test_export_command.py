import json
import shutil
import signal

import pytest
from click.testing import CliRunner

from memnas_cli.main import main
from memnas_cli.winner_files import read_facts
from serving.facts import TrainingFacts


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
    versions = (tmp_path / "models" / "1", tmp_path / "models" / "2", search / "best/saved_model/1")
    cards = [json.loads((path / "assets.extra/model_card.json").read_text()) for path in versions]
    results = json.loads((search / "best" / "results.json").read_text())
    for card in cards:
        assert card.pop("created")
        assert card == {name: value for name, value in cards[0].items() if name != "created"}
        assert card["architecture"]["genotype"] == results["genotype"]
        assert card["memory"]["parameter_bytes"] == results["parameter_bytes"]
        assert card["memory"]["arena_bytes"]["float32"]["reference"] == results["arena_bytes"]
        assert card["accuracy"]["test"] == results["test_accuracy"]
        assert (card["dataset"], card["seed"]) == ("digits", 0)
        assert card["training"]["epochs"] == 1


def test_results_that_are_damaged_are_refused(finished, tmp_path):
    best = finished[0] / "searches" / "digits" / "best"
    for name in ("model.keras", "preprocessing.json"):
        shutil.copy(best / name, tmp_path)
    for text, reason in (("[]", "it holds no JSON object"), ("{", "Expecting property name")):
        (tmp_path / "results.json").write_text(text)
        result = export(tmp_path / "model.keras", "--to", tmp_path / "models")
        assert result.exit_code == 2
        assert f"results.json': {reason}" in result.output
    assert not (tmp_path / "models").exists()


def test_a_model_without_results_has_no_facts(tmp_path):
    assert read_facts(tmp_path) == TrainingFacts()


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


def test_ctrl_c_leaves_nothing(finished, tmp_path, monkeypatch):
    search = finished[0] / "searches" / "digits"
    # Where Keras would swallow it.
    monkeypatch.setattr(
        "serving.saved_model.write_warmup", lambda *_: signal.raise_signal(signal.SIGINT)
    )
    result = export(search, "--to", tmp_path)
    assert result.exit_code == 130
    assert list(tmp_path.iterdir()) == []
