"""The code in the documentation that classifies images: it sees what an export sees."""

import re
import sys

import numpy as np
import pytest
import tensorflow as tf

from memnas_tf.data.image_files import read_image
from serving.label_file import write_labels
from serving.signature_functions import decode_as_trained
from tests.helpers.exports import PREPROCESSING
from tests.helpers.image_kinds import image_files
from tests.helpers.model_servers import ServedModel, grpc_server
from tests.helpers.processes import ROOT

HEIGHT, WIDTH, CHANNELS = PREPROCESSING.input_shape
SAME_SIZE, LARGE = image_files(HEIGHT, WIDTH), image_files(31, 17)


def snippets(page):
    """Return the Python code of a page."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.+?)^```", text, re.DOTALL | re.MULTILINE)


def run(code, **scope):
    exec(compile(code, "documentation", "exec"), scope)
    return scope


@pytest.fixture
def here(tmp_path, monkeypatch, export):
    """A folder with the export where the pages have theirs, to be in."""
    for name in ("digits", "photos"):
        (tmp_path / "models" / name).mkdir(parents=True)
        (tmp_path / "models" / name / "1").symlink_to(export.path)
    (tmp_path / "photos" / "test" / "cat").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def served(export):
    """What the export says of the content of a file."""
    serve_bytes = tf.saved_model.load(str(export.path)).signatures["serve_bytes"]
    return lambda content: serve_bytes(images=tf.constant([content]))


def test_the_tutorial_asks_with_the_file(here, served):
    content = LARGE["jpeg"]
    (here / "photos/test/cat/0001.jpg").write_bytes(content)
    (code,) = snippets("tutorial.md")
    answer = run(code)["answer"]
    np.testing.assert_array_equal(answer["probabilities"], served(content)["probabilities"])


def test_pixels_and_files_are_the_same_to_every_way_of_asking(here, served, export):
    photo = here / "photo.png"
    photo.write_bytes(SAME_SIZE["png, 16 bits, rgb"])
    pixels = read_image(photo, CHANNELS)[np.newaxis]
    expected = served(photo.read_bytes())
    in_process, _, over_grpc = snippets("serving.md")
    scope = run(in_process, pixels=pixels)
    for answer in (scope["by_pixels"], scope["by_file"]):
        np.testing.assert_allclose(
            answer["probabilities"], expected["probabilities"], rtol=0, atol=1e-6
        )
    (client,) = snippets("serving-a-model.md")
    model = ServedModel("digits", here / "models" / "digits", {"stable": 1})
    with grpc_server(model) as address:
        labels, prediction = (
            run(code.replace("127.0.0.1:8500", address), pixels=pixels)[name]
            for code, name in ((over_grpc, "labels"), (client, "prediction"))
        )
    assert labels.tolist() == expected["label"].numpy().tolist()
    assert prediction.label == expected["label"].numpy()[0].decode()


def test_the_script_for_devices_sees_what_is_served(here, served, export, monkeypatch):
    pytest.importorskip("ai_edge_litert", reason="LiteRT files are run by ai-edge-litert")
    from serving.litert.conversion import litert_file

    file = litert_file(export.model, PREPROCESSING, "float32", np.zeros((1, 8, 6, 3), np.uint8))
    (here / "model_float32.tflite").write_bytes(file)
    write_labels(here / "labels.txt", PREPROCESSING.labels)
    (code,) = snippets("litert.md")
    for files, tolerance in ((SAME_SIZE, 0), (LARGE, 1)):
        for kind, content in files.items():
            (here / "photo").write_bytes(content)
            monkeypatch.setattr(sys, "argv", ["classify.py", str(here), "float32", "photo"])
            scope = run(code)
            trained = decode_as_trained(tf.constant(content), PREPROCESSING).numpy()
            difference = np.abs(scope["pixels"][0].astype(int) - trained)
            assert difference.max() <= tolerance, kind
            assert (difference > 0).mean() < 0.05, kind
            expected = served(content)
            assert (
                scope["labels"][scope["probabilities"].argmax()]
                == expected["label"].numpy()[0].decode()
            ), kind
            np.testing.assert_allclose(
                scope["probabilities"], expected["probabilities"][0], rtol=0, atol=2e-3
            )


@pytest.mark.parametrize("channels", [1, 3])
def test_the_script_for_devices_reads_what_training_reads(tmp_path, channels):
    (code,) = snippets("litert.md")
    functions = code[: code.index("folder, dtype, photo")].replace(
        "from ai_edge_litert.interpreter import Interpreter", ""
    )
    read = run(functions)["read"]
    photo = tmp_path / "photo.png"
    for kind, content in SAME_SIZE.items():
        photo.write_bytes(content)
        pixels = read(photo, HEIGHT, WIDTH, channels)
        np.testing.assert_array_equal(pixels, read_image(photo, channels), err_msg=kind)
