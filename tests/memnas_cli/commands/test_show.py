import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from memnas_cli.main import main
from memnas_tf.training.record import load_record
from tests.helpers.histories import made_up_history, write_search
from tests.helpers.searches import FormulaTuner, make_tuner


def show(*arguments):
    return CliRunner().invoke(main, ["show", *map(str, arguments)])


def test_a_preset_of_a_size_is_shown_with_it():
    output = show("MemNAS-A").output
    assert "blocks 1 to 16, each" in output
    assert "16 blocks, filters 4 x 32, 4 x 56, 4 x 144, 4 x 472, input 224x224x3" in output
    document = json.loads(show("MemNAS-A", "--json").output)
    assert document["template"]["filters"][:5] == [32] * 4 + [56]


def test_an_architecture_for_people():
    output = show("figure-1b").output
    assert output.startswith("5x0d3+0f7,1ap:0d5=,1mp+2mp=\n")
    assert "C1 = sum of 3x3 depthwise(input) and 1x7 then 7x1(input)" in output
    assert "parameter memory     2.24 MB" in output


def test_the_blocks_of_an_architecture_are_shown_with_their_sizes(tmp_path):
    picture = tmp_path / "network.svg"
    size = ("--filters", 16, "--blocks", 3, "--plot", picture)
    output = show("0c3+0d3=@12/0c3+0d3=/0c3+0d3=", *size).output
    assert "\nblock 1, 12/8 of the filters\n" in output
    lines = [
        *("block 1: 24 filters, stride 1, 32x32x24, 98.3 kB",),
        *("block 2: 16 filters, stride 2, 16x16x16, 16.4 kB",),
        *("block 3: 16 filters, stride 1, 16x16x16, 16.4 kB",),
    ]
    assert all(f"  {line}\n" in output for line in lines)
    assert "24 filters, stride 1, 32x32x24, 98.3 kB" in picture.read_text()


def test_an_architecture_for_scripts():
    document = json.loads(show("5x0c3+0c3=", "--json", "--filters", 16, "--classes", 5).output)
    assert document["genotype"] == "5x0c3+0c3="
    assert document["template"]["classes"] == 5
    convolutions = 2 * (3 * 3 * 3 * 16 + 4 * 16) + 4 * 2 * (3 * 3 * 16 * 16 + 4 * 16)
    assert document["parameter_bytes"] == 4 * (convolutions + 16 * 5 + 5)
    assert document["lifetime_bytes"] == 4 * 2 * 32 * 32 * 16


def test_a_search_for_scripts(finished):
    directory, _ = finished
    search = directory / "searches" / "digits"
    document = json.loads(show(search, "--json").output)
    results = json.loads((search / "best" / "results.json").read_text())
    best = document["best"]
    memory = ("parameter_bytes", "lifetime_bytes", "arena_bytes")
    for name in ("genotype", "val_accuracy", "test_accuracy", *memory):
        assert best[name] == results[name]
    assert [entry["number"] for entry in document["rounds"]] == [1, 2]
    assert document["settings"]["training"]["dataset"] == "digits"
    assert set(document["epochs"]) == {"0000", "0001", "0002", "0003"}
    assert best["epochs"] == document["epochs"][best["trial_id"]] == {"own": 1, "cumulative": 1}


def test_a_search_for_people_ends_with_where_things_are(finished):
    directory, result = finished
    output = show(directory / "searches" / "digits").output
    assert "test accuracy" in output
    assert "(LiteRT, one image, float32, reference kernels)" in output
    for line in output.splitlines():
        if line.startswith(("drawing", "trained model", "SavedModel")):
            assert Path(line.split()[-1]).exists()
    assert "SavedModel" in output
    assert output.splitlines()[-6].split()[0] == result.stdout.splitlines()[-6].split()[0]


def test_epochs_that_a_network_inherits_are_told(tmp_path):
    history = made_up_history(2, 1, tradeoff=1.0)
    write_search(history, tmp_path)
    assert "with its bases'" not in show(tmp_path).output
    file = tmp_path / f"trial_{history.best.trial_id}" / "training.json"
    record = load_record(file)
    record.base, record.inherited_epochs = "0000", 3
    record.save(file)
    assert "epochs                5, with its bases' 8" in show(tmp_path).output.splitlines()
    best = json.loads(show(tmp_path, "--json").output)["best"]
    assert best["epochs"] == {"own": 5, "cumulative": 8}


def test_failed_trials_and_deleted_weights_are_told(tmp_path):
    class Failing(FormulaTuner):
        fails = staticmethod(lambda trial: trial.trial_id in ("0001", "0004"))

    make_tuner(tmp_path, Failing, max_rounds=1).search(verbose=0)
    error = tmp_path / "search" / "trial_0004" / "error.txt"
    lines = show(tmp_path / "search").output.splitlines()
    assert f"2 trials failed; the last traceback: {error}" in lines
    assert "weights kept of 0 of 3 trials, the others deleted" in lines
    assert "made to fail" in error.read_text()
    document = json.loads(show(tmp_path / "search", "--json").output)
    assert document["failed"]["0004"] == str(error)
    assert set(document["failed"]) == {"0001", "0004"}
    assert document["checkpoints"] == {"kept": 0, "pruned": 3}


@pytest.mark.parametrize("source", ["figure-1b", "search"])
def test_drawing(source, finished, tmp_path):
    if source == "search":
        source = finished[0] / "searches" / "digits"
    result = show(source, "--plot", tmp_path / "drawing.svg")
    assert result.exit_code == 0
    assert "<svg" in (tmp_path / "drawing.svg").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["5x0zz+0c3="], "block 1, cell 1: unknown operation 'zz'"),
        (["gone.json"], "there is no such file"),
        (["5x"], "block 1 has no output"),
        (["figure-1b", "--input-shape", "2x2x3"], "an input of 2x2 is too small"),
        (["figure-1b", "--plot", "picture.gif"], ".gif"),
    ],
)
def test_bad_input_ends_in_one_message(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = show(*arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_search_is_refused(tmp_path):
    (tmp_path / "oracle.json").write_text('{"memnas": ')
    result = show(tmp_path)
    assert result.exit_code == 2
    assert "cannot read" in result.output


def test_showing_loads_no_tensorflow():
    code = (
        "import sys; from memnas_cli.main import main\n"
        "try: main(['show', 'figure-1b'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('keras', 'tensorflow') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"
