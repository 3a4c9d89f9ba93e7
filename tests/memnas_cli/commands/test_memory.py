"""`memnas memory`."""

import json

import pytest
from click.testing import CliRunner

from memnas_cli.main import main
from memnas_tf.genotype import PRESETS
from memnas_tf.memory.estimate import estimate_genotype
from memnas_tf.template import cifar_template


def memory(*arguments):
    return CliRunner().invoke(main, ["memory", *map(str, arguments)])


def test_an_architecture_for_people():
    output = memory("figure-1b").output
    assert output.startswith("figure-1b, one image of 32x32x3:\n")
    assert "parameters                  2.24 MB" in output
    assert "arena, int8, optimised      658 kB (593 kB in the best order, 10 % less)" in output


def test_an_architecture_for_scripts():
    document = json.loads(memory("figure-1b", "--json", "--filters", 16).output)
    estimate = estimate_genotype(PRESETS["figure-1b"], cifar_template((32, 32, 3), 10, filters=16))
    assert document["parameter_bytes"] == estimate.parameter_bytes
    assert document["lifetime_bytes"] == estimate.lifetime_bytes
    assert document["arena_bytes"] == estimate.arena_bytes
    assert list(document["arena_bytes"]) == ["float32", "int8"]
    assert list(document["arena_bytes"]["int8"]) == ["reference", "optimised"]


@pytest.mark.parametrize("schedule", ["paper", "runtime", "best"])
@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_plots(schedule, suffix, tmp_path):
    path = tmp_path / f"plot.{suffix}"
    result = memory("2x0c3+0f7=", "--filters", 4, "--plot", path, "--schedule", schedule)
    assert result.exit_code == 0, result.output
    assert path.stat().st_size > 1000
    if suffix == "svg":
        assert ("B1 C1 sum" if schedule == "paper" else "CONV_2D") in path.read_text()


def test_a_search_has_a_size_of_its_own(finished):
    directory, _ = finished
    search = directory / "searches" / "digits"
    document = json.loads(memory(search, "--json").output)
    results = json.loads((search / "best" / "results.json").read_text())
    assert document["lifetime_bytes"] == results["lifetime_bytes"]
    assert document["arena_bytes"]["float32"]["reference"] == results["arena_bytes"]
    wider = json.loads(memory(search, "--filters", "16", "--json").output)
    assert wider["lifetime_bytes"] > document["lifetime_bytes"]


def test_the_model_that_a_search_leaves(finished, tmp_path):
    directory, _ = finished
    search = directory / "searches" / "digits"
    written = tmp_path / "new" / "model.tflite"
    result = memory(search / "best" / "model.keras", "--json", "--litert", written)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == json.loads(memory(search, "--json").output)
    assert written.read_bytes()[4:8] == b"TFL3"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.keras"], "there is no such file"),
        (["figure-1b", "--plot", "plot.gif"], ".gif"),
        (["none.keras", "--plot", "plot.gif"], ".gif"),  # told before the model is looked at
        (["none.keras", "--litert", "."], "is a directory"),
        (["figure-1b", "--litert", "model.tflite"], "give a .keras file"),
        (["nonsense"], "nonsense"),
        (["figure-1b", "--input-shape", "2x2x3"], "too small"),
    ],
)
def test_bad_input(arguments, message):
    result = memory(*arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output


def test_a_file_for_microcontrollers_is_sent_to_their_runtime(tmp_path):
    (tmp_path / "model.tflite").write_bytes(bytes(100))
    result = memory(tmp_path / "model.tflite")
    assert result.exit_code == 2
    assert "give --runtime tflm" in result.output


def test_a_file_of_another_kind_is_refused_with_what_would_do(tmp_path):
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    result = memory(tmp_path / "photo.png")
    assert result.exit_code == 2
    assert "photo.png': it is not text" in result.output
    assert "give a preset" in result.output
    assert "a Keras model is a .keras file" in result.output


@pytest.mark.parametrize("damage", [b"", b"PK", b"PK\x03\x04" + bytes(100)])
def test_a_model_that_is_damaged_is_refused_by_name(tmp_path, damage):
    (tmp_path / "model.keras").write_bytes(damage)
    result = memory(tmp_path / "model.keras")
    assert result.exit_code == 2
    assert "model.keras" in result.output
