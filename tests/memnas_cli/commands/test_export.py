import json
import shutil
import signal

import pytest
from click.testing import CliRunner

from memnas_cli.main import main
from memnas_tf.documents import read_document, write_document
from memnas_tf.training.facts import TrainingFacts
from memnas_tf.training.network_files import read_facts
from tests.helpers.image_folders import digit_images, write_classes


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
    for text, reason in (
        ("[]", "it holds no JSON object"),
        ("{", "it is no JSON: Expecting property name"),
    ):
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


def export_litert(*arguments):
    return export(*arguments, "--format", "litert")


@pytest.fixture(scope="module")
def litert(finished, data_dir, tmp_path_factory):
    """The files of a search's winner, and what the command printed."""
    pytest.importorskip("ai_edge_litert", reason="LiteRT files are run by ai-edge-litert")
    directory = tmp_path_factory.mktemp("litert")
    search = finished[0] / "searches" / "digits"
    arguments = ("--to", directory, "--data-dir", data_dir, "--types", "int8,float32")
    result = export_litert(search, *arguments)
    assert result.exit_code == 0, result.output
    return directory, result


def test_a_search_exports_as_litert_files_with_a_table(litert, finished):
    directory, result = litert
    names = {path.name for path in (directory / "1").iterdir()}
    assert names == {
        "model_int8.tflite",
        "model_float32.tflite",
        "labels.txt",
        "report.json",
        "preprocessing.json",
    }
    report = json.loads((directory / "1" / "report.json").read_text())
    best = finished[0] / "searches" / "digits" / "best"
    known = json.loads((best / "results.json").read_text())["test_accuracy"]
    assert report["keras_accuracy"] == pytest.approx(known)
    for dtype in ("Keras", "int8", "float32"):
        entry = report["types"].get(dtype)
        rows = (row for row in result.stdout.splitlines() if "%" in row)
        (line,) = (row for row in rows if row.split()[0] == dtype)
        assert f"{100 * (entry['accuracy'] if entry else known):.2f} %" in line
        if entry:
            assert f"{entry['file_bytes']:,}" in line
            assert f"{entry['arena']['optimised']['measured']:,}" in line
    assert "converting to int8" in result.stderr
    assert "reference" in result.stdout


def test_ctrl_c_leaves_no_litert_files(finished, data_dir, tmp_path, monkeypatch):
    pytest.importorskip("ai_edge_litert", reason="LiteRT files are run by ai-edge-litert")
    search = finished[0] / "searches" / "digits"
    # Where Keras would swallow it.
    monkeypatch.setattr(
        "serving.litert.evaluation.keras_classes", lambda *_: signal.raise_signal(signal.SIGINT)
    )
    result = export_litert(search, "--to", tmp_path, "--data-dir", data_dir)
    assert result.exit_code == 130
    assert list(tmp_path.iterdir()) == []


def test_a_search_on_a_folder_exports_with_the_same_files_alone(tmp_path):
    pytest.importorskip("ai_edge_litert", reason="LiteRT files are run by ai-edge-litert")
    photos = write_classes(tmp_path / "photos", digit_images(classes=2, per_class=10))
    names = ("max-rounds", "trials-per-round", "epochs", "filters", "blocks")
    small = [word for name in names for word in (f"--{name}", "1")]
    places = ["--dataset", str(photos), "--directory", str(tmp_path / "searches")]
    searched = CliRunner().invoke(main, ["search", *small, *places, "--quiet"])
    assert searched.exit_code == 0, searched.output
    arguments = (tmp_path / "searches" / "photos", "--types", "float32", "--to", tmp_path / "m")
    alone = export_litert(*arguments)
    assert alone.exit_code == 0, alone.output
    photos = photos.rename(tmp_path / "moved")
    gone = export_litert(*arguments)
    assert "cannot be read any more" in gone.output
    assert "name where they lie now with --dataset" in gone.output
    moved = export_litert(*arguments, "--dataset", photos)
    assert moved.exit_code == 0, moved.output
    (photos / "0" / "000.png").unlink()
    with_another = export_litert(*arguments, "--dataset", photos)
    assert "does not hold the files that" in with_another.output
    assert (gone.exit_code, with_another.exit_code) == (2, 2)
    assert {path.name for path in (tmp_path / "m").iterdir()} == {"1", "2"}
    for version in ("1", "2"):
        assert (tmp_path / "m" / version / "model_float32.tflite").exists()


def test_a_bare_model_needs_its_data_set(finished, tmp_path):
    model = finished[0] / "searches" / "digits" / "best" / "model.keras"
    result = export_litert(model, "--to", tmp_path / "models")
    assert result.exit_code == 2
    assert "name it with --dataset" in result.output
    assert not (tmp_path / "models").exists()


def test_a_search_of_a_program_that_tells_less_of_its_images_needs_them_named(finished, tmp_path):
    search = tmp_path / "search"
    shutil.copytree(finished[0] / "searches" / "digits", search)
    document = read_document(search / "oracle.json")
    document["memnas"]["settings"]["training"] = {"epochs": 3}
    write_document(search / "oracle.json", document)
    result = export_litert(search, "--to", tmp_path / "models")
    assert result.exit_code == 2
    assert "name it with --dataset" in result.output


def test_a_search_that_names_its_data_set_takes_no_other(finished, tmp_path):
    result = export_litert(
        finished[0] / "searches" / "digits", "--to", tmp_path / "models", "--dataset", "mnist"
    )
    assert result.exit_code == 2
    assert "was trained on 'digits'; leave --dataset out" in result.output


def test_another_data_set_than_the_models_is_refused(finished, tmp_path):
    pytest.importorskip("ai_edge_litert", reason="LiteRT files are run by ai-edge-litert")
    model = finished[0] / "searches" / "digits" / "best" / "model.keras"
    result = export_litert(model, "--to", tmp_path / "models", "--dataset", "no_such_set")
    assert result.exit_code == 2
    assert "Unknown data set 'no_such_set'" in result.output
    assert not (tmp_path / "models").exists()


def test_types_that_are_none_are_refused(finished, tmp_path):
    search = finished[0] / "searches" / "digits"
    result = export_litert(search, "--to", tmp_path / "models", "--types", "float32,int4")
    assert result.exit_code == 2
    assert "'int4' is no type; list some of float32,float16,int8" in result.output


def test_options_for_litert_are_refused_without_it(finished, tmp_path):
    search = finished[0] / "searches" / "digits"
    result = export(search, "--to", tmp_path / "models", "--types", "int8")
    assert result.exit_code == 2
    assert "add --format litert or tflm" in result.output


def test_a_search_exports_for_microcontrollers(finished, data_dir, tmp_path):
    pytest.importorskip("ai_edge_litert", reason="LiteRT's answers need ai-edge-litert")
    pytest.importorskip("tflite_micro", reason="the real interpreter needs tflite-micro")
    search = finished[0] / "searches" / "digits"
    result = export(search, "--to", tmp_path, "--data-dir", data_dir, "--format", "tflm")
    assert result.exit_code == 0, result.output
    card = json.loads((tmp_path / "1" / "card.json").read_text())
    known = json.loads((search / "best" / "results.json").read_text())["test_accuracy"]
    assert card["accuracy"]["keras"] == pytest.approx(known)
    assert (tmp_path / "1" / "model.tflite").stat().st_size == card["flash_bytes"]
    for name in ("Keras, float32", "LiteRT, reference kernels", "LiteRT, XNNPACK"):
        assert name in result.stdout
    here = f"TensorFlow Lite for Microcontrollers  {100 * card['accuracy']['tflm']:.2f} %"
    assert here in result.stdout
    for word in ("32", "64"):
        assert f"{card['ram'][word]['smallest_arena']:,}" in result.stdout
    assert ", ".join(card["operations"]) in result.stdout
    assert "measuring XNNPACK" in result.stderr


def test_floats_and_json_are_refused_for_microcontrollers(finished, tmp_path):
    search = finished[0] / "searches" / "digits"
    arguments = (search, "--to", tmp_path / "models", "--format", "tflm")
    floats = export(*arguments, "--types", "int8,float32")
    assert floats.exit_code == 2
    assert "float32 files are not exported for microcontrollers: they begin with" in floats.output
    as_json = export(*arguments, "--json")
    assert as_json.exit_code == 2
    assert "writes a report.json or card.json" in as_json.output
    assert not (tmp_path / "models").exists()
