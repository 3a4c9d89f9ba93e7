"""`memnas memory` for microcontrollers."""

import json

import pytest
from click.testing import CliRunner

from memnas_cli.main import main
from memnas_tf.genotype import PRESETS
from memnas_tf.memory.macs import mac_count
from memnas_tf.template import cifar_template
from memnas_tf.tflm import graph_of, tflm_memory
from tests.helpers.micro import converted


def memory(*arguments):
    return CliRunner().invoke(main, ["memory", *map(str, arguments)])


def test_an_architecture_for_scripts():
    result = memory("figure-1b", "--json", "--filters", 8, "--runtime", "tflm")
    document = json.loads(result.output)
    assert document["arena_bytes"]
    tflm = document["runtimes"]["tflm"]
    graph = graph_of(PRESETS["figure-1b"], cifar_template((32, 32, 3), 10, filters=8))
    device = tflm_memory(graph)
    assert tflm["ram_bytes"] == device.used == 66_068
    assert tflm["ram_bytes"] == tflm["tensor_bytes"] + tflm["bookkeeping_bytes"]
    assert sum(tflm["bookkeeping"].values()) == tflm["bookkeeping_bytes"]
    assert tflm["smallest_arena_bytes"] == device.smallest_arena
    assert tflm["ram_bytes_64"] == tflm_memory(graph, 64).used
    assert tflm["planned_ram_bytes"] <= tflm["ram_bytes"]
    assert 25_000 < tflm["flash_bytes"] < 40_000
    assert tflm["macs"] == mac_count(PRESETS["figure-1b"], cifar_template((32, 32, 3), 10, 8))
    assert 300e6 < tflm["estimated_instructions"]["reference"] < 340e6
    assert tflm["planned_smallest_arena_bytes_64"] < tflm["smallest_arena_bytes_64"]


def test_an_architecture_for_people():
    output = memory("figure-1b", "--filters", 8, "--runtime", "tflm").output
    assert "RAM                         66,068" in output
    assert "bookkeeping, runtime      132" in output
    assert "MACs for one image" in output
    assert "reference kernels           about 3" in output
    assert "an estimate" in output


def test_anybodys_file_is_measured_and_planned(tmp_path):
    keras = pytest.importorskip("keras")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("only TensorFlow's models convert to LiteRT")
    file, to = tmp_path / "model.tflite", tmp_path / "new" / "planned.tflite"
    template = cifar_template((16, 16, 3), 4, filters=4, blocks=2)
    file.write_bytes(converted(PRESETS["figure-1b"], template))
    result = memory(file, "--plan", "--to", to)
    assert result.exit_code == 0, result.output
    needs = [
        json.loads(memory(path, "--runtime", "tflm", "--json").output)["runtimes"]["tflm"]
        for path in (file, to)
    ]
    assert needs[1]["ram_bytes"] == needs[0]["planned_ram_bytes"] <= needs[0]["ram_bytes"]
    assert needs[1]["flash_bytes"] == to.stat().st_size < file.stat().st_size
    damaged = tmp_path / "damaged.tflite"
    damaged.write_bytes(file.read_bytes()[:400])
    result = memory(damaged, "--plan", "--to", to.with_name("other.tflite"))
    assert result.exit_code == 2
    assert "damaged" in result.output
    assert not to.with_name("other.tflite").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("missing.tflite", "--runtime", "tflm"), "missing.tflite cannot be read"),
        (("missing.tflite",), "give --runtime tflm"),
        (("missing.tflite", "--plan"), "say where with --to"),
        (("figure-1b", "--plan", "--to", "x.tflite"), "is no .tflite file"),
        (("figure-1b", "--to", "x.tflite"), "--to is where --plan writes"),
    ],
)
def test_what_cannot_be_is_refused(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = memory(*arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert not list(tmp_path.iterdir())
