"""`memnas train` on ImageNet's own form, made small: streamed, and to be gone on with."""

import json
import os

import numpy as np
import pytest
from click.testing import CliRunner

from memnas_cli.main import main
from memnas_cli.views.training_progress import EpochProgress
from memnas_tf.data.cropping import decode_centre_crop
from memnas_tf.keras_models.loading import load_keras_model
from memnas_tf.preprocessing import load_preprocessing

SMALL = [
    *("0c3+0mp=", "--dataset", "imagenet2012", "--template", "imagenet", "--filters", "4,6"),
    *("--blocks", "4", "--epochs", "2", "--batch-size", "16", "--validation-fraction", "0.2"),
]


def train(directory, data_dir, *arguments):
    command = ["train", *SMALL, *arguments, "--data-dir", data_dir, "--directory", directory]
    return CliRunner().invoke(main, [*map(str, command)])


@pytest.fixture(scope="module")
def trained(imagenet_dir, tmp_path_factory):
    directory = tmp_path_factory.mktemp("imagenet") / "trained"
    return directory, train(directory, imagenet_dir)


def test_imagenet_trains_and_is_measured_on_its_validation_split(trained):
    directory, result = trained
    assert result.exit_code == 0, result.output
    results = json.loads((directory / "results.json").read_text())
    assert results["test_accuracy"] in {number / 20 for number in range(21)}
    template = results["template"]
    assert (template["input_shape"], template["classes"]) == ([224, 224, 3], 1000)
    assert (template["stem"], template["filters"]) == ([1, 2], [4, 4, 6, 6])
    assert results["training"]["augmentation"] == "crop-flip"
    model = load_keras_model(directory / "model.keras")
    assert (model.input_shape, model.output_shape) == ((None, 224, 224, 3), (None, 1000))


def test_its_own_file_makes_the_same_again(trained, imagenet_dir, tmp_path):
    directory, _ = trained
    options = (directory / "train.toml").read_text()
    assert 'filters = "4,4,6,6"' in options and 'template = "imagenet"' in options
    again = CliRunner().invoke(main, ["train", "--config", str(directory / "train.toml")])
    assert again.exit_code == 0, again.output
    assert "training              finished" in again.output


def test_a_training_that_was_stopped_goes_on_to_the_same_end(
    trained, imagenet_dir, tmp_path, monkeypatch
):
    def press(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt

    directory = tmp_path / "stopped"
    with monkeypatch.context() as patched:
        patched.setattr(EpochProgress, "on_epoch_end", press)
        stopped = train(directory, imagenet_dir)
    assert stopped.exit_code == 130, stopped.output
    assert not (directory / "model.keras").exists()
    resumed = train(directory, imagenet_dir)
    assert resumed.exit_code == 0, resumed.output
    assert "\ngoing on after epoch 1 of 2" in resumed.output
    models = [load_keras_model(folder / "model.keras") for folder in (directory, trained[0])]
    for one, other in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_array_equal(one, other)


def test_its_litert_file_is_measured_on_the_same_images(trained, imagenet_dir, tmp_path):
    pytest.importorskip("ai_edge_litert", reason="LiteRT files are run by ai-edge-litert")
    arguments = ["export", trained[0], "--to", tmp_path, "--format", "litert", "--types", "float32"]
    result = CliRunner().invoke(main, [*map(str, arguments), "--data-dir", str(imagenet_dir)])
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "1" / "report.json").read_text())
    results = json.loads((trained[0] / "results.json").read_text())
    assert report["keras_accuracy"] == pytest.approx(results["test_accuracy"])


def test_a_server_sees_of_image_files_what_was_measured(trained, imagenet_dir, tmp_path):
    import tensorflow as tf
    import tensorflow_datasets as tfds

    result = CliRunner().invoke(main, ["export", str(trained[0]), "--to", str(tmp_path)])
    assert result.exit_code == 0, result.output
    serve = tf.saved_model.load(str(tmp_path / "1")).signatures["serve_bytes"]
    files = tfds.load(
        "imagenet2012",
        split="validation",
        data_dir=imagenet_dir,
        decoders={"image": tfds.decode.SkipDecoding()},
    )
    right = 0
    model = load_keras_model(trained[0] / "model.keras")
    preprocessing = load_preprocessing(trained[0] / "preprocessing.json")
    for example in files:
        served = serve(images=example["image"][tf.newaxis])
        pixels = decode_centre_crop(example["image"], preprocessing.input_shape).numpy()
        seen = (pixels - np.array(preprocessing.mean)) / np.array(preprocessing.std)
        expected = model(seen[np.newaxis].astype("float32"), training=False)
        np.testing.assert_allclose(served["probabilities"], expected, rtol=0, atol=1e-5)
        right += int(served["class_id"][0] == example["label"])
    results = json.loads((trained[0] / "results.json").read_text())
    assert right / 20 == results["test_accuracy"]


def test_a_set_that_is_not_there_says_where_it_was_looked_for(tmp_path):
    # Nobody can download ImageNet without an account.
    os.makedirs(tmp_path / "empty")
    result = train(tmp_path / "training", tmp_path / "empty")
    assert result.exit_code == 2
    assert "'imagenet2012' is not in" in result.output and "could not be prepared" in result.output
    assert not (tmp_path / "training").exists()
