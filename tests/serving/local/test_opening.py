"""Networks opened from what a search, a training or an export left, asked for image files."""

import shutil
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from memnas_tf.errors import DataError, ExportError, MemNASError
from memnas_tf.genotype import from_string
from memnas_tf.preprocessing import PREPROCESSING_FILE
from serving.local import open_network


class Exports(NamedTuple):
    """A network and where it lies in each form, and some image files with their pixels."""

    model: Any
    preprocessing: Any
    folder: Path
    files: list[Path]
    pixels: np.ndarray


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    pytest.importorskip("ai_edge_litert", reason="LiteRT files are run by ai-edge-litert")
    pytest.importorskip("tflite_micro", reason="the real interpreter needs tflite-micro")
    import keras

    if keras.backend.backend() != "tensorflow":
        pytest.skip("only TensorFlow's models convert to LiteRT")
    from benchmarks.trained_like import trained_like
    from memnas_tf.data.loading import load_dataset
    from memnas_tf.layers import build_network
    from memnas_tf.template import cifar_template
    from serving.litert.export import export_litert
    from serving.saved_model import export_saved_model
    from serving.tflm.export import export_tflm

    folder = tmp_path_factory.mktemp("local")
    data = load_dataset("digits", folder / "data", limit=100)
    keras.utils.set_random_seed(0)
    template = cifar_template((8, 8, 1), 10, filters=4, blocks=1)
    model = trained_like(build_network(from_string("0c3+0mp="), template))
    export_saved_model(model, data.preprocessing, folder / "saved_model")
    export_litert(model, data.preprocessing, data, folder / "litert", ("int8", "float32"))
    export_tflm(model, data.preprocessing, data, folder / "tflm")
    best = folder / "search" / "best"
    best.mkdir(parents=True)
    model.save(best / "model.keras")
    data.preprocessing.save(best / PREPROCESSING_FILE)

    files, pixels = [], data.train_images[:4]
    for index, image in enumerate(pixels):
        files.append(folder / f"{index}.png")
        Image.fromarray(image[..., 0]).save(files[-1])
    return Exports(model, data.preprocessing, folder, files, pixels)


def asked(exports, name):
    """Return the runtime's name, and the probabilities of each image."""
    network = open_network(exports.folder / name)
    answers = [prediction.probabilities for prediction in network.predict(exports.files)]
    return network.runtime_name, np.array(answers)


def keras_answers(exports):
    mean, std = exports.preprocessing.mean, exports.preprocessing.std
    return np.asarray(exports.model((exports.pixels - np.array(mean)) / np.array(std)))


@pytest.mark.parametrize(
    ("name", "runtime"),
    [
        ("search", "Keras"),
        ("search/best", "Keras"),
        ("saved_model", "TensorFlow"),
        ("saved_model/1", "TensorFlow"),
        ("litert/1/model_float32.tflite", "LiteRT"),
    ],
)
def test_floats_answer_as_the_trained_network(exports, name, runtime):
    found, answers = asked(exports, name)
    assert found == runtime
    np.testing.assert_allclose(answers, keras_answers(exports), atol=1e-4)


def test_of_several_litert_files_int8_answers_to_the_bit(exports):
    from serving.litert.evaluation import litert_answers

    content = (exports.folder / "litert/1/model_int8.tflite").read_bytes()
    expected = litert_answers(content, exports.pixels, "xnnpack")
    name, answers = asked(exports, "litert")
    assert name == "LiteRT"
    np.testing.assert_array_equal(answers * 256, expected)


def test_a_file_for_microcontrollers_answers_on_their_runtime_to_the_bit(exports):
    from serving.tflm.evaluation import micro_answers

    content = (exports.folder / "tflm/1/model.tflite").read_bytes()
    expected = micro_answers(content, 1 << 20, exports.pixels)
    name, answers = asked(exports, "tflm/1/model.tflite")
    assert name == "TensorFlow Lite for Microcontrollers"
    np.testing.assert_array_equal(answers * 256 - 128, expected)


def test_an_image_of_another_size_is_brought_to_the_network_s_as_in_training(exports, tmp_path):
    from memnas_tf.data.resizing import resize_image

    large = np.random.default_rng(0).integers(0, 256, (31, 20, 1), np.uint8)
    Image.fromarray(large[..., 0]).save(tmp_path / "large.png")
    (prediction,) = open_network(exports.folder / "search").predict([tmp_path / "large.png"])
    pixels = exports._replace(pixels=resize_image(large, (8, 8)).numpy()[np.newaxis])
    np.testing.assert_allclose(prediction.probabilities, keras_answers(pixels)[0], atol=1e-5)
    assert prediction.label == exports.preprocessing.labels[prediction.class_id]


def test_the_highest_version_counts(exports, tmp_path):
    shutil.copytree(exports.folder / "saved_model", tmp_path / "models")
    shutil.copytree(tmp_path / "models" / "1", tmp_path / "models" / "10")
    (tmp_path / "models" / "9").mkdir()
    assert open_network(tmp_path / "models").path == tmp_path / "models" / "10"


@pytest.mark.parametrize("name", ["missing", "missing.tflite", "data", "0.png"])
def test_where_there_is_no_network_it_is_said(exports, name):
    with pytest.raises(MemNASError, match=name):
        open_network(exports.folder / name)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("litert/1/model_int8.tflite", b"TFL3" * 100),
        ("litert/1/preprocessing.json", b"{}"),
        ("tflm/1/card.json", b'{"ram": {"64": {"smallest_arena": "many"}}}'),
        ("tflm/1/card.json", b"[]"),
        ("tflm/1/model.tflite", b""),
        ("tflm/1/model.tflite", b"\x1c\0\0\0TFL3" + b"\xff" * 400),
        ("saved_model/1/saved_model.pb", b"no protobuf"),
        ("saved_model/1/assets.extra/model_card.json", b"{}"),
        ("search/best/model.keras", b"PK"),
    ],
)
def test_what_is_damaged_is_refused_by_name(exports, name, content, tmp_path):
    whole = exports.folder / Path(name).parts[0]
    damaged = shutil.copytree(whole, tmp_path / Path(name).parts[0])
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MemNASError, match=str(tmp_path)):
        open_network(damaged)


def test_what_is_no_image_is_refused_by_name(exports, tmp_path):
    (tmp_path / "note.png").write_bytes(b"no image")
    network = open_network(exports.folder / "search")
    with pytest.raises(DataError, match=r"note\.png"):
        list(network.predict([tmp_path / "note.png"]))


def test_without_the_preprocessing_a_litert_file_is_not_guessed_at(exports, tmp_path):
    shutil.copy(exports.folder / "litert/1/model_int8.tflite", tmp_path / "model.tflite")
    with pytest.raises((DataError, ExportError), match=r"preprocessing\.json"):
        open_network(tmp_path)
