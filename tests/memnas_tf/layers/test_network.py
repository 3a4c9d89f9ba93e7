"""Whole networks."""

import keras
import numpy as np
import pytest

from memnas_tf.errors import GenotypeError
from memnas_tf.genotype import PRESETS, canonical, from_string
from memnas_tf.layers import build_network
from memnas_tf.template import Template, cifar_template, imagenet_template
from tests.helpers.processes import run_python

FIGURE_1B = PRESETS["figure-1b"]
# Every operation, a bypass, a concat that is no output, and blocks that differ.
VARIED = from_string("0c3:0d3,1a3+0id=,1d5:0f7=/0id+0mp=,1,2ap:1id=")


def images(shape, batch=4, seed=0):
    """A batch of noise."""
    return np.random.default_rng(seed).normal(size=(batch, *shape)).astype("float32")


def train(model, shape, classes, steps=2):
    """Train on noise, and return the losses."""
    model.compile(optimizer=keras.optimizers.SGD(0.01), loss="sparse_categorical_crossentropy")
    labels = np.arange(4) % classes
    return [float(model.train_on_batch(images(shape), labels)) for _ in range(steps)]


@pytest.mark.parametrize(
    ("genotype", "template"),
    [
        (FIGURE_1B, cifar_template((16, 16, 3), 10, filters=4)),
        (VARIED, Template((9, 12, 1), 2, (3, 5), (2, 1))),
        (VARIED, Template((8, 17, 2), 100, (2, 3, 4), (1, 2, 1), stem=(3,))),
        (from_string("0c3+0d3="), cifar_template((1, 1, 1), 2, filters=1, blocks=1)),
    ],
    ids=["figure-1b", "one-channel", "three-blocks-of-two", "one-pixel"],
)
def test_any_size_gives_probabilities(genotype, template):
    model = build_network(genotype, template)
    output = keras.ops.convert_to_numpy(model(images(template.input_shape)))
    assert output.shape == (4, template.classes)
    assert output.dtype == np.float32
    np.testing.assert_allclose(output.sum(axis=1), 1, rtol=1e-5)


def test_names():
    model = build_network(FIGURE_1B, cifar_template((8, 8, 3), 10, 2), name="mine")
    assert model.name == "mine"
    assert [layer.name for layer in model.layers] == [
        "images",
        *(f"block_{number}" for number in range(1, 6)),
        "pool",
        "classifier",
    ]


def test_strides_of_the_cifar_template():
    model = build_network(FIGURE_1B, cifar_template((32, 32, 3), 10, 4))
    sizes = [layer.output.shape[1] for layer in model.layers if layer.name.startswith("block")]
    assert sizes == [32, 16, 16, 8, 8]


def test_the_imagenet_template_ends_at_7_by_7():
    model = build_network(from_string("0d3+0mp=/0c3+0id="), imagenet_template(filters=8))
    blocks = [layer for layer in model.layers if layer.name.startswith("block")]
    assert [block.output.shape[1] for block in blocks] == [56] * 4 + [28] * 4 + [14] * 4 + [7] * 4
    assert model.output_shape == (None, 1000)
    depthwise = [block.get_layer("cell_1").operations[0].operation for block in blocks]
    assert depthwise == ["depthwise_3x3"] * 8 + ["conv_3x3"] * 8


def test_a_network_without_output_is_refused():
    with pytest.raises(GenotypeError, match="block 2 has no output"):
        build_network(from_string("0c3+0c3=/0c3+0c3"), cifar_template((8, 8, 3), 10, blocks=2))


def test_saved_and_loaded(tmp_path):
    template = Template((9, 12, 3), 5, (3, 4), (1, 2), stem=(2,))
    model = build_network(VARIED, template)
    train(model, template.input_shape, template.classes)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    inputs = images(template.input_shape, seed=1)
    np.testing.assert_array_equal(model(inputs), loaded(inputs))
    assert loaded.count_params() == model.count_params()


def test_a_seed_fixes_weights_and_training():
    template = cifar_template((8, 8, 3), 4, filters=3, blocks=2)

    def weights(seed):
        keras.utils.set_random_seed(seed)
        model = build_network(VARIED, template)
        return train(model, template.input_shape, template.classes), model.get_weights()

    (losses, first), (again, second), (_, other) = weights(1), weights(1), weights(2)
    assert losses == again
    for weight, twin in zip(first, second, strict=True):
        np.testing.assert_array_equal(weight, twin)
    assert any(np.any(weight != twin) for weight, twin in zip(first, other, strict=True))


@pytest.fixture(params=["mixed_float16", "mixed_bfloat16"])
def mixed_precision(request):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_dtype_policy(before)


def test_mixed_precision_trains_to_float32_probabilities(mixed_precision):
    template = Template((8, 8, 3), 4, (3, 4), (1, 2), stem=(2,))
    model = build_network(VARIED, template)
    output = model(images(template.input_shape))
    assert output.dtype == "float32"
    assert {str(weight.dtype) for weight in model.trainable_weights} == {"float32"}
    assert model.get_layer("block_1").get_layer("cell_2").compute_dtype == mixed_precision[6:]
    assert np.isfinite(train(model, template.input_shape, template.classes)).all()


def test_the_canonical_form_computes_the_same():
    """A dead cell and a bypass leave no trace; the order of the others is canonical already."""
    genotype = from_string("0c3+0d3,0mp+0ap,1,0d3+3mp=")
    form = canonical(genotype)
    assert form == from_string("0c3+0d3,0d3+1mp=")
    template = cifar_template((8, 8, 3), 4, filters=3, blocks=1)
    model, twin = (build_network(each, template) for each in (genotype, form))
    twin.set_weights(model.get_weights())
    inputs = images(template.input_shape)
    np.testing.assert_array_equal(model(inputs), twin(inputs))


JAX_SCRIPT = """
import sys
import keras
import numpy as np
from memnas_tf.genotype import PRESETS
from memnas_tf.layers import build_network
from memnas_tf.template import Template

assert keras.backend.backend() == "jax"
folder = sys.argv[1]
inputs = np.load(folder + "/inputs.npy")
loaded = keras.saving.load_model(folder + "/model.keras")
np.save(folder + "/outputs.npy", loaded.predict_on_batch(inputs))
model = build_network(PRESETS["figure-1b"], Template((9, 8, 3), 10, (4,), (2,)))
before = model.get_weights()
model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy")
assert np.isfinite(model.train_on_batch(inputs, np.arange(len(inputs))))
assert any((old != new).any() for old, new in zip(before, model.get_weights()))
assert "tensorflow" not in sys.modules
"""


def test_the_same_network_on_jax(tmp_path):
    """Saved here, loaded there: the same probabilities; and it trains there."""
    pytest.importorskip("jax", reason="jax is not installed: pip install 'memnas-tf[jax]'")
    template = Template((9, 8, 3), 10, (4,), (2,))  # small, as jax compiles every layer
    model = build_network(FIGURE_1B, template)
    train(model, template.input_shape, template.classes)
    inputs = images(template.input_shape, seed=1)
    model.save(tmp_path / "model.keras")
    np.save(tmp_path / "inputs.npy", inputs)
    run_python(JAX_SCRIPT, str(tmp_path), KERAS_BACKEND="jax", JAX_PLATFORMS="cpu")
    difference = np.abs(np.load(tmp_path / "outputs.npy") - np.asarray(model(inputs))).max()
    assert difference < 1e-4
