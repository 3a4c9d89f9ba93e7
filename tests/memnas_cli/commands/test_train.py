import json
import shutil
import signal
import subprocess
import sys

import keras
import numpy as np
import pytest
from click.testing import CliRunner

from memnas_cli.main import main
from memnas_cli.views.training_view import training_document
from memnas_tf.directory_lock import directory_lock
from memnas_tf.keras_models.loading import load_keras_model
from memnas_tf.training.record import load_record
from tests.memnas_cli.conftest import TRAIN


def memnas(*arguments):
    """Run a command in this process, its words apart from what went wrong."""
    return CliRunner().invoke(main, [*map(str, arguments)])


def train(directory, data_dir, *arguments):
    return memnas("train", *arguments, "--data-dir", data_dir, "--directory", directory)


def curve(directory):
    return load_record(directory / "training.json").executions[0].metrics


def assert_same_training(directory, whole):
    """Everything that can be told of two trainings is the same, weights to the bit."""
    assert (directory / "results.json").read_text() == (whole / "results.json").read_text()
    assert curve(directory) == curve(whole)
    models = [load_keras_model(folder / "model.keras") for folder in (directory, whole)]
    for one, other in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_training_tells_its_course_and_leaves_everything_that_a_person_wants(trained):
    directory, result = trained
    lines = result.stdout.splitlines()
    assert lines[0] == "training on digits: 320 images of 8x8, augmentation crop"
    assert lines[1].startswith("epoch  1 of 12  loss ")
    assert "  validation " in lines[1]
    assert sum(line.startswith("epoch ") for line in lines) == 12
    assert "training              finished" in lines
    assert result.stderr == ""
    assert {path.name for path in directory.iterdir()} == {
        ".lock",
        "architecture.png",
        "architecture.txt",
        "genotype.json",
        "logs",
        "model.keras",
        "plan.json",
        "preprocessing.json",
        "results.json",
        "train.toml",
        "training.json",
    }
    results = json.loads((directory / "results.json").read_text())
    assert 0 <= results["test_accuracy"] <= 1
    assert results["training"]["recipe"] == "modern"
    model = load_keras_model(directory / "model.keras")
    assert model.count_params() * 4 == results["parameter_bytes"]
    for part in ("train", "validation"):
        assert list((directory / "logs" / part).glob("events.out.tfevents.*"))


def test_a_training_killed_goes_on_to_the_same_end(trained, data_dir, tmp_path):
    directory = tmp_path / "killed"
    command = ["train", *TRAIN, "--data-dir", str(data_dir), "--directory", str(directory)]
    process = subprocess.Popen(
        [sys.executable, "-m", "memnas_cli.main", *command], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline().startswith("training on digits: ")
    for _ in range(3):
        assert process.stdout.readline().startswith("epoch ")
    process.kill()
    process.communicate()
    assert (directory / "progress.npz").exists()
    assert not (directory / "results.json").exists()
    assert json.loads(memnas("show", directory, "--json").stdout)["state"] == "interrupted"
    again = train(directory, data_dir, *TRAIN)
    assert again.exit_code == 0, again.output
    assert again.output.splitlines()[1].startswith("going on after epoch ")
    assert_same_training(directory, trained[0])
    assert not (directory / "progress.npz").exists()


def test_ctrl_c_leaves_a_training_that_goes_on_to_the_same_end(
    trained, data_dir, tmp_path, monkeypatch
):
    def press(self, epoch, logs=None):
        if epoch == 2:
            signal.raise_signal(signal.SIGINT)

    directory = tmp_path / "interrupted"
    monkeypatch.setattr("memnas_cli.views.training_progress.EpochProgress.on_epoch_end", press)
    result = train(directory, data_dir, *TRAIN)
    assert result.exit_code == 130
    assert result.output.endswith("interrupted; the same command goes on from here\n")
    monkeypatch.undo()
    again = train(directory, data_dir, *TRAIN, "--json")
    assert again.stderr.splitlines()[1] == "going on after epoch 3 of 12"
    document = json.loads(again.stdout)
    assert document == json.loads(json.dumps(training_document(directory)))
    assert document["state"] == "finished"
    assert document["curve"] == curve(trained[0])
    assert_same_training(directory, trained[0])


def test_its_own_file_prints_a_finished_training_again(trained, tmp_path):
    before = (trained[0] / "model.keras").stat().st_mtime_ns
    result = memnas("train", "--config", trained[0] / "train.toml", "--quiet")
    assert result.exit_code == 0, result.output
    assert result.output == trained[1].stdout[trained[1].stdout.index("network: ") :]
    assert (trained[0] / "model.keras").stat().st_mtime_ns == before


def test_other_settings_are_refused_and_named(trained, data_dir):
    result = train(trained[0], data_dir, *TRAIN, "--weight-decay", 0, "--mixed-precision", "auto")
    assert result.exit_code == 2
    assert (
        "holds a training with other settings (weight_decay: 0.005 there, 0.0 now; policy: "
        "'float32' there, 'mixed_bfloat16' now)" in result.output
    )
    assert (trained[0] / "results.json").exists()


def test_overwriting_begins_again(trained, data_dir, tmp_path):
    directory = tmp_path / "again"
    shutil.copytree(trained[0], directory)
    short = [*TRAIN, "--epochs", "1", "--overwrite"]
    result = train(directory, data_dir, *short)
    assert result.exit_code == 0, result.output
    assert len(curve(directory)["loss"]) == 1


def test_a_second_process_is_refused(trained, data_dir):
    script = (
        "import sys; from pathlib import Path\n"
        "from memnas_tf.directory_lock import directory_lock\n"
        "with directory_lock(Path(sys.argv[1]), 'training'): print(flush=True); input()"
    )
    command = [sys.executable, "-c", script, str(trained[0])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        result = train(trained[0], data_dir, *TRAIN)
        other.communicate(b"\n")
    assert result.exit_code == 2
    assert "another process runs the training in" in result.output
    with directory_lock(trained[0], "training"):  # it is free again
        pass


def test_the_size_of_a_search_s_network_is_taken_from_it(finished, data_dir, tmp_path):
    search = finished[0] / "searches" / "digits"
    result = train(tmp_path / "t", data_dir, search, "--epochs", 1, "--limit", 200, "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    best = json.loads((search / "best" / "results.json").read_text())
    assert document["genotype"] == best["genotype"]
    assert document["parameter_bytes"] == best["parameter_bytes"]
    assert document["plan"]["template"]["filters"] == [2] * 5
    assert f"training on digits, as {str(search)!r} was: 200 images of 8x8" in result.stderr


def test_another_size_and_template_can_be_asked_for(data_dir, tmp_path):
    arguments = ("0c3+0mp=", "--template", "imagenet", "--image-size", "32x32", "--filters", 4)
    arguments += ("--blocks", 4, "--epochs", 1, "--limit", 64, "--batch-size", 64, "--json")
    result = train(tmp_path / "t", data_dir, *arguments)
    assert result.exit_code == 0, result.output
    template = json.loads(result.stdout)["plan"]["template"]
    assert template["stem"] == [1, 2]
    assert template["filters"] == [4] * 4


def test_show_and_memory_take_a_training_or_its_model(trained, tmp_path):
    directory = trained[0]
    for source in (directory, directory / "model.keras"):
        shown = json.loads(memnas("show", source, "--json").stdout)
        assert shown == json.loads(json.dumps(training_document(directory)))
    estimate = json.loads(memnas("memory", directory, "--json").stdout)
    assert estimate["parameter_bytes"] == shown["parameter_bytes"]
    measured = json.loads(memnas("memory", directory / "model.keras", "--json").stdout)
    assert measured == estimate
    result = memnas("memory", directory, "--litert", tmp_path / "ordered.tflite")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "ordered.tflite").exists()


def test_a_training_exports_as_its_model_file_does(trained, tmp_path):
    for source in (trained[0], trained[0] / "model.keras"):
        result = memnas("export", source, "--to", tmp_path)
        assert result.exit_code == 0, result.output
    results = json.loads((trained[0] / "results.json").read_text())
    for version in ("1", "2"):
        card = json.loads((tmp_path / version / "assets.extra" / "model_card.json").read_text())
        assert card["accuracy"]["test"] == results["test_accuracy"]
        assert card["training"]["recipe"] == "modern"


def test_a_training_tells_its_data_set_to_litert(trained, data_dir, tmp_path):
    pytest.importorskip("ai_edge_litert", reason="LiteRT files are run by ai-edge-litert")
    arguments = ("--to", tmp_path, "--format", "litert", "--types", "float32")
    result = memnas("export", trained[0], *arguments, "--data-dir", data_dir)
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "1" / "report.json").read_text())
    results = json.loads((trained[0] / "results.json").read_text())
    assert report["keras_accuracy"] == pytest.approx(results["test_accuracy"])
    refused = memnas("export", trained[0], *arguments, "--dataset", "mnist")
    assert "was trained on 'digits'; leave --dataset out" in refused.output


def test_an_unfinished_training_is_not_exported(trained, tmp_path):
    (tmp_path / "plan.json").write_text((trained[0] / "plan.json").read_text())
    result = memnas("export", tmp_path, "--to", tmp_path / "models")
    assert result.exit_code == 2
    assert "holds no finished training" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such"], "'no-such' is no architecture: there is no such file or"),
        ([".."], "no round of a search has finished there"),
        (["0c3+0mp="], "Missing option '--to'"),
        (["0c3+0mp=", "--recipe", "best"], "'best' is not one of 'paper', 'modern'"),
        (["0c3+0mp=", "--epochs", "0"], "0 is not in the range x>=1"),
        (["0c3+0mp=", "--dataset", "digitz"], "Unknown data set 'digitz'"),
        (["0c3+0mp=", "--blocks", "9"], "an input of 8x8 is too small"),
        (["0c3+0mp=", "--image-size", "32"], "'32' is not height x width"),
        (["0c3+0mp=", "--template", "imagenet"], "an input of 8x8 is too small"),
        (["0c3+0mp=", "--warm-up-epochs", "3"], "'warm-restarts' has no warm-up"),
        (["0c3+0mp=", "--label-smoothing", "1"], "1.0 is not in the range 0<=x<1"),
        (["0c3+0mp=", "--mixed-precision", "int8"], "'int8' is not one of"),
        (["0c3+0mp=", "--devices", "9"], "devices is 9, and Keras sees 1 on"),
        (["0c3+0mp=", "--validation-fraction", "1"], "1.0 is not in the range 0<=x<1"),
        (["0c3+0mp=", "--limit", "9", "--validation-fraction", "0.01"], "0 to validate on"),
    ],
)
def test_bad_input_ends_in_one_message(arguments, message, data_dir, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    place = [] if "'--to'" in message else ["--directory", "t"]
    result = memnas("train", *arguments, *place, "--data-dir", data_dir)
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_directory_of_something_else_is_left_alone(data_dir, tmp_path):
    (tmp_path / "letters.txt").write_text("mine")
    for more in ((), ("--overwrite",)):
        result = train(tmp_path, data_dir, "0c3+0mp=", *more)
        assert result.exit_code == 2
        assert "holds something else than a training (letters.txt)" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_a_plan_that_is_damaged_is_refused_with_a_way_out(trained, data_dir, tmp_path):
    directory = shutil.copytree(trained[0], tmp_path / "copy")
    for text in ("{", '{"recipe": {}, "schema": 1}', '{"recipe": 1, "schema": 9}'):
        (directory / "plan.json").write_text(text)
        result = train(directory, data_dir, *TRAIN)
        assert result.exit_code == 2
        assert "plan.json'" in result.output
        assert "overwrite it" in result.output


def test_keras_is_left_as_it_was(trained):
    assert keras.config.dtype_policy().name == "float32"
