import subprocess
import sys

import keras
import numpy as np
import pytest

from memnas_tf.errors import ExportError
from memnas_tf.genotype import PRESETS
from memnas_tf.layers import build_network
from memnas_tf.preprocessing import Preprocessing
from memnas_tf.template import cifar_template
from serving import export_saved_model

PREPROCESSING = Preprocessing((8, 8, 3), (120.0, 110.0, 100.0), (60.0, 50.0, 40.0), ("cat", "dog"))

# What a stranger runs: TensorFlow alone, isolated from this project.
STRANGER = """
import sys
import numpy as np
import tensorflow as tf
loaded = tf.saved_model.load(sys.argv[1])
images = np.load(sys.argv[2])
served = loaded.signatures["serving_default"](images=tf.constant(images))
arrays = {name: value.numpy() for name, value in served.items()}
arrays["label"] = arrays["label"].astype(str)
np.savez(sys.argv[3], **arrays)
ours = {"memnas_tf", "tuner", "serving", "keras_tuner"}
assert not ours & set(sys.modules), ours & set(sys.modules)
"""


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    return build_network(PRESETS["figure-1b"], cifar_template((8, 8, 3), classes=2, filters=4))


@pytest.fixture(scope="module")
def exported(model, tmp_path_factory):
    return export_saved_model(model, PREPROCESSING, tmp_path_factory.mktemp("models"))


def test_another_process_loads_it_without_our_code(model, exported, tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3)).astype("uint8")
    np.save(tmp_path / "images.npy", images)
    outputs = tmp_path / "outputs.npz"
    arguments = [str(exported), str(tmp_path / "images.npy"), str(outputs)]
    subprocess.run([sys.executable, "-I", "-c", STRANGER, *arguments], check=True, cwd=tmp_path)
    served = np.load(outputs)
    normalised = (images.astype("float32") - PREPROCESSING.mean) / PREPROCESSING.std
    expected = np.asarray(model(normalised.astype("float32"), training=False))
    np.testing.assert_allclose(served["probabilities"], expected, atol=1e-6)
    assert served["class_id"].tolist() == expected.argmax(-1).tolist()
    assert served["label"].tolist() == [
        PREPROCESSING.labels[index] for index in expected.argmax(-1)
    ]


def test_signatures_have_names_shapes_and_types_to_rely_on(exported):
    import tensorflow as tf

    loaded = tf.saved_model.load(str(exported))
    assert {"serving_default", "serve_raw"} <= set(loaded.signatures)
    for name, dtype in (("serving_default", tf.uint8), ("serve_raw", tf.float32)):
        _, inputs = loaded.signatures[name].structured_input_signature
        assert inputs["images"].dtype == dtype
        assert inputs["images"].shape.as_list() == [None, 8, 8, 3]
    outputs = loaded.signatures["serving_default"].structured_outputs
    assert {name: spec.dtype for name, spec in outputs.items()} == {
        "probabilities": tf.float32,
        "class_id": tf.int64,
        "label": tf.string,
    }


def test_versions_count_up(model, exported):
    assert exported.name == "1"
    assert export_saved_model(model, PREPROCESSING, exported.parent).name == "2"


def test_preprocessing_that_does_not_fit_is_refused(model, tmp_path):
    other = Preprocessing((9, 9, 3), (0.0,) * 3, (1.0,) * 3, ("cat", "dog"))
    with pytest.raises(ExportError, match=r"images of \(9, 9, 3\), the network takes \(8, 8, 3\)"):
        export_saved_model(model, other, tmp_path)
    three = Preprocessing((8, 8, 3), (0.0,) * 3, (1.0,) * 3, ("cat", "dog", "cow"))
    with pytest.raises(ExportError, match="2 classes apart, and there are 3 labels"):
        export_saved_model(model, three, tmp_path)
    assert list(tmp_path.iterdir()) == []
