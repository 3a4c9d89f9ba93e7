import json
import math
import subprocess
import sys

import numpy as np
import pytest

from memnas_tf.errors import ExportError
from memnas_tf.preprocessing import Preprocessing
from memnas_tf.training.facts import TrainingFacts
from serving import export_saved_model
from serving.contract import IMAGE_FEATURE
from tests.helpers.exports import FACTS, PREPROCESSING, make_network
from tests.helpers.image_kinds import image_files

# What a stranger runs: TensorFlow alone, isolated from this project.
STRANGER = """
import sys
import numpy as np
import tensorflow as tf
loaded = tf.saved_model.load(sys.argv[1])
images = np.load(sys.argv[2])
served = loaded.signatures["serving_default"](images=tf.constant(images))
arrays = {name: value.numpy() for name, value in served.items()}
arrays["label"] = arrays["label"].astype(bytes)
np.savez(sys.argv[3], **arrays)
ours = {"memnas_tf", "tuner", "serving", "keras_tuner"}
assert not ours & set(sys.modules), ours & set(sys.modules)
"""


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).integers(0, 256, (3, *PREPROCESSING.input_shape), np.uint8)


@pytest.fixture(scope="module")
def signatures(export):
    import tensorflow as tf

    return tf.saved_model.load(str(export.path)).signatures


def probabilities(model, images):
    normalised = (images.astype("float32") - PREPROCESSING.mean) / PREPROCESSING.std
    return np.asarray(model(normalised.astype("float32"), training=False))


def test_another_process_loads_it_without_our_code(export, images, tmp_path):
    np.save(tmp_path / "images.npy", images)
    outputs = tmp_path / "outputs.npz"
    arguments = [str(export.path), str(tmp_path / "images.npy"), str(outputs)]
    subprocess.run([sys.executable, "-I", "-c", STRANGER, *arguments], check=True, cwd=tmp_path)
    served = np.load(outputs)
    expected = probabilities(export.model, images)
    np.testing.assert_allclose(served["probabilities"], expected, rtol=0, atol=1e-5)
    assert served["class_id"].tolist() == expected.argmax(-1).tolist()
    assert [label.decode() for label in served["label"]] == [
        PREPROCESSING.labels[index] for index in expected.argmax(-1)
    ]


def test_files_are_decoded_and_resized_as_in_training(export, signatures, tmp_path):
    import tensorflow as tf

    from memnas_tf.data.image_files import read_images
    from memnas_tf.data.image_folder import LabelledFile

    shape = PREPROCESSING.input_shape
    files = [*image_files(31, 17).values(), *image_files(*shape[:2]).values()]
    for number, content in enumerate(files):
        (tmp_path / f"{number}.png").write_bytes(content)
    paths = [LabelledFile(tmp_path / f"{number}.png", 0) for number in range(len(files))]
    trained, _ = read_images(paths, shape)
    served = signatures["serve_bytes"](images=tf.constant(files))
    expected = probabilities(export.model, trained)
    np.testing.assert_allclose(served["probabilities"], expected, rtol=0, atol=1e-5)
    assert served["class_id"].numpy().tolist() == expected.argmax(-1).tolist()


def test_centres_are_cut_out_where_the_network_was_measured_on_them(tmp_path):
    import tensorflow as tf

    from memnas_tf.data.cropping import decode_centre_crop
    from memnas_tf.data.resizing import resize_image

    model = make_network()
    preprocessing = Preprocessing(**{**vars(PREPROCESSING), "centre_crop": True})
    version = export_saved_model(model, preprocessing, tmp_path)  # verifies what it wrote
    # Left and right of the centre there are other colours.
    picture = np.full((16, 36, 3), 255, np.uint8)
    height, width, _ = PREPROCESSING.input_shape
    picture[:, 10:26] = np.random.default_rng(1).integers(0, 256, (16, 16, 3), np.uint8)
    file = tf.io.encode_png(picture)
    served = tf.saved_model.load(str(version)).signatures["serve_bytes"](images=file[tf.newaxis])
    centre, squeezed = (
        probabilities(model, pixels[np.newaxis])
        for pixels in (
            decode_centre_crop(file, PREPROCESSING.input_shape).numpy(),
            resize_image(picture, (height, width)).numpy(),
        )
    )
    np.testing.assert_allclose(served["probabilities"], centre, atol=1e-5)
    assert np.abs(centre - squeezed).max() > 1e-3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"junk", "neither a JPEG nor a PNG file: convert it"),
        (b"", "neither a JPEG nor a PNG file"),
        (b"\x89PNG\r\n\x1a\n and no more", "Invalid PNG"),
    ],
)
def test_junk_is_refused_readably(signatures, content, message):
    import tensorflow as tf

    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        signatures["serve_bytes"](images=tf.constant([content]))


def test_examples_are_classified(export, signatures, images):
    import tensorflow as tf

    def example(image):
        value = tf.train.BytesList(value=[tf.io.encode_png(image).numpy()])
        features = tf.train.Features(feature={IMAGE_FEATURE: tf.train.Feature(bytes_list=value)})
        return tf.train.Example(features=features).SerializeToString()

    served = signatures["classify"](inputs=tf.constant([example(image) for image in images]))
    expected = probabilities(export.model, images)
    np.testing.assert_allclose(served["scores"], expected, rtol=0, atol=1e-5)
    labels = [label.encode() for label in PREPROCESSING.labels]
    assert served["classes"].numpy().tolist() == [labels] * len(images)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"image/encoded .*is required"):
        signatures["classify"](inputs=tf.constant([tf.train.Example().SerializeToString()]))


def test_signatures_that_take_what_the_network_was_trained_on(export, signatures):
    raw = np.random.default_rng(2).normal(size=(2, 8, 6, 3)).astype("float32")
    served = signatures["serve_raw"](images=raw)
    expected = np.asarray(export.model(raw, training=False))
    np.testing.assert_allclose(served["probabilities"], expected, rtol=0, atol=1e-5)


def test_the_file_holds_no_batch_normalisation_and_each_weight_once(export):
    import tensorflow as tf

    assert b"FusedBatchNorm" not in (export.path / "saved_model.pb").read_bytes()
    checkpoint = tf.train.load_checkpoint(str(export.path / "variables" / "variables"))
    shapes = checkpoint.get_variable_to_shape_map()
    del shapes["_CHECKPOINTABLE_OBJECT_GRAPH"]
    values = sum(map(math.prod, shapes.values()))
    card = json.loads((export.path / "assets.extra" / "model_card.json").read_text())
    assert 4 * values == card["memory"]["served_parameter_bytes"]
    assert 4 * values < card["memory"]["parameter_bytes"]


def test_it_brings_what_people_and_servers_look_for(export):
    folder = export.path / "assets.extra"
    assert {path.name for path in folder.iterdir()} == {
        "expected.npz",
        "labels.txt",
        "model_card.html",
        "model_card.json",
        "tf_serving_warmup_requests",
    }
    assert (folder / "labels.txt").read_text(encoding="utf-8").splitlines() == list(
        PREPROCESSING.labels
    )
    card = json.loads((folder / "model_card.json").read_text(encoding="utf-8"))
    assert card["memory"]["parameter_bytes"] == export.model.count_params() * 4
    assert [path.name for path in export.path.parent.iterdir()] == ["1"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"input_shape": (9, 9, 3)}, r"images of \(9, 9, 3\), the network takes \(8, 6, 3\)"),
        ({"labels": ("cat", "dog")}, "3 classes apart, and there are 2 labels"),
        ({"labels": ("cat", "d\nog", "cow")}, "'d\\\\nog' has characters that are none"),
    ],
)
def test_preprocessing_that_does_not_fit_is_refused(changes, message, export, tmp_path):
    wrong = Preprocessing(**{**vars(PREPROCESSING), **changes})
    with pytest.raises(ExportError, match=message):
        export_saved_model(export.model, wrong, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_facts_about_another_network_are_refused(export, tmp_path):
    wrong = TrainingFacts(**{**vars(FACTS), "genotype": "0c3+0d3="})
    with pytest.raises(ExportError, match="facts are about another network: 0c3"):
        export_saved_model(export.model, PREPROCESSING, tmp_path, facts=wrong)
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_fails_its_checks_is_not_published(tmp_path, monkeypatch):
    model = make_network()
    # A network that is served with other weights than it was trained to.
    monkeypatch.setattr("serving.saved_model.fold_batch_norm", lambda _: other)
    other = make_network()
    kernel, bias = other.layers[-1].get_weights()
    other.layers[-1].set_weights([-kernel, bias])
    steps = []
    with pytest.raises(ExportError, match=r"not published: C\+\+ loader: serving_default is off"):
        export_saved_model(model, PREPROCESSING, tmp_path, on_step=steps.append)
    assert list(tmp_path.iterdir()) == []
    assert steps[-1] == "checking the export"
