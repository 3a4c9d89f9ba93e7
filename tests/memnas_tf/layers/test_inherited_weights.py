"""Networks that start where their base ended."""

import keras
import numpy as np
import pytest

from memnas_tf.genotype import canonical, from_string
from memnas_tf.inheritance import OperationPlace, plan_inheritance
from memnas_tf.layers import build_network
from memnas_tf.layers.inherited_weights import inherit_weights, read_weights
from memnas_tf.moves import generate_candidates, narrow, widen
from memnas_tf.template import Template

# Strides and widths such that an identity passes through in one place and convolves in another.
TEMPLATE = Template((9, 8, 3), 4, (3, 3, 3), (2, 1, 1), stem=(3,))


def trained_like(genotype, template=TEMPLATE, seed=0):
    """A network whose every weight and moment is another number."""
    model = build_network(genotype, template)
    rng = np.random.default_rng(seed)
    model.set_weights([rng.uniform(0.2, 1.2, value.shape) for value in model.get_weights()])
    for block in (layer for layer in model.layers if isinstance(layer, keras.Model)):
        for layer in block.layers[1:]:
            for value in layer.trainable_weights:
                value.assign(rng.normal(size=value.shape) / 2)
    classifier = model.get_layer("classifier")
    # Small enough that no class is certain, or all networks would agree.
    classifier.set_weights([rng.normal(size=v.shape) / 30 for v in classifier.get_weights()])
    return model


def inherited(genotype, base, base_model, template=TEMPLATE):
    model = build_network(genotype, template)
    inheritance = plan_inheritance(genotype, base, template)
    inherit_weights(model, read_weights(base_model), inheritance)
    return model


def answers(model, template=TEMPLATE):
    images = np.random.default_rng(1).normal(size=(5, *template.input_shape)).astype("float32")
    return keras.ops.convert_to_numpy(model(images))


def assert_same_answers(model, base_model):
    expected = answers(base_model)
    assert expected.std(axis=0).min() > 1e-3, "the base gives every image the same answer"
    np.testing.assert_allclose(answers(model), expected, rtol=1e-4, atol=1e-5)


# Every operation reads a block's input, which grows wider, and identity in both of its forms.
EVERY_OPERATION = "3x0c3+0d3=,0d5:0f7=,0ap+0mp=,0a3+0id="
PASSING_ON = "3x0id+0c3="  # one cell of three channels: identity passes through in block 2
BYPASSED = "0d3+0c3,1c3:0id=/0,0f7+0mp=/0mp:0c3=,1d3+0id="  # blocks that differ


@pytest.mark.parametrize("base", [EVERY_OPERATION, PASSING_ON, BYPASSED])
@pytest.mark.parametrize("grown", ["0c3+0d3=", "1d5:0f7=", "0mp+0a3"])
def test_a_grown_network_computes_what_its_base_computes(base, grown):
    """Sum and concat, an output of its block or not, read by wider operations or the classifier."""
    base = from_string(base)
    cell = from_string(f"0c3+0c3,{grown}").blocks[0][-1]
    genotype = type(base)(tuple((*block, cell) for block in base.blocks))
    base_model = trained_like(base)
    model = inherited(genotype, base, base_model)
    assert (model.count_params() > base_model.count_params()) == cell.is_output
    assert_same_answers(model, base_model)


WIDE = Template((9, 8, 3), 4, (8, 8, 8), (2, 1, 1), stem=(3,))


@pytest.mark.parametrize("base", [EVERY_OPERATION, PASSING_ON, BYPASSED])
@pytest.mark.parametrize("block", [0, 2])
def test_a_widened_network_computes_what_its_base_computes(base, block):
    base = from_string(base)
    base_model = trained_like(base, WIDE)
    move = list(widen(base, WIDE))[block]
    genotype = type(base)(move.blocks, move.widths)
    model = inherited(genotype, base, base_model, WIDE)
    assert model.count_params() > base_model.count_params()
    expected = answers(base_model, WIDE)
    assert expected.std(axis=0).min() > 1e-3, "the base gives every image the same answer"
    np.testing.assert_allclose(answers(model, WIDE), expected, rtol=1e-4, atol=1e-5)


def test_a_narrowed_network_keeps_the_first_filters():
    base = from_string(EVERY_OPERATION)
    weights = read_weights(trained_like(base, WIDE))
    move = next(iter(narrow(base, WIDE)))
    genotype = type(base)(move.blocks, move.widths)
    model = build_network(genotype, WIDE)
    inherit_weights(model, weights, plan_inheritance(genotype, base, WIDE))
    narrowed = read_weights(model)
    place = OperationPlace(1, 1, 0)
    kernel, old_kernel = (one.operations[place][0][0] for one in (narrowed, weights))
    assert kernel.shape[3] < old_kernel.shape[3]
    np.testing.assert_array_equal(kernel, old_kernel[..., : kernel.shape[3]])
    assert np.isfinite(answers(model, WIDE)).all()


def test_a_canonical_base_is_inherited_from_in_its_own_order():
    """The canonical form orders cells anew; moves start from what it says."""
    written = from_string("3x0mp+0d3=,0c3:0c3=,2d3+1ap=")
    base = canonical(written)
    assert base != written
    base_model = trained_like(base)
    candidate = next(c for c in generate_candidates(base, 4) if c.kind == "grow")
    assert_same_answers(inherited(candidate.genotype, base, base_model), base_model)


def test_a_grown_network_learns_to_use_its_new_cell():
    """Weights of zero get a gradient, and with it the cell behind them."""
    base = from_string("3x0c3+0d3=")
    genotype = from_string("3x0c3+0d3=,0d3+1c3=")
    model = inherited(genotype, base, trained_like(base))
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="sparse_categorical_crossentropy")
    images = np.random.default_rng(1).normal(size=(8, *TEMPLATE.input_shape)).astype("float32")
    new_cell = model.get_layer("block_3").get_layer("cell_2")
    before = [value.numpy() for value in new_cell.trainable_weights]
    for _ in range(2):
        loss = model.train_on_batch(images, np.arange(8) % 4)
    assert np.isfinite(loss)
    assert np.abs(model.get_layer("classifier").get_weights()[0][3:]).max() > 0
    for value, old in zip(new_cell.trainable_weights, before, strict=True):
        assert np.abs(value.numpy() - old).max() > 0


def test_a_trimmed_network_keeps_what_is_left():
    base = from_string("0c3+0d3=,1f7:0mp=/0c3+0c3=/0c3+0c3=")
    base_model = trained_like(base)
    model = inherited(from_string("0c3+0d3,1f7:0mp=/0c3+0c3=/0c3+0c3="), base, base_model)
    for block in ("block_1", "block_3"):
        for cell in (layer.name for layer in model.get_layer(block).layers[1:]):
            pairs = zip(
                model.get_layer(block).get_layer(cell).get_weights(),
                base_model.get_layer(block).get_layer(cell).get_weights(),
                strict=True,
            )
            assert all(np.array_equal(value, old) for value, old in pairs)
    kernels = [m.get_layer("block_2").get_layer("cell_1") for m in (model, base_model)]
    kernel, old_kernel = (layer.operations[0].layers[0].get_weights()[0] for layer in kernels)
    np.testing.assert_array_equal(kernel, old_kernel[:, :, 3:])


def test_a_trim_of_what_adds_nothing_changes_nothing():
    """A cell whose readers weigh it zero leaves the output: what is left computes the same."""
    base = from_string("3x0c3+0d3=,0f7+1mp=")
    base_model = trained_like(base)
    last = base_model.get_layer("classifier")
    kernel, bias = last.get_weights()
    kernel[3:] = 0
    last.set_weights([kernel, bias])
    trimmed = from_string("0c3+0d3=,0f7+1mp=/0c3+0d3=,0f7+1mp=/0c3+0d3=,1")
    assert_same_answers(inherited(trimmed, base, base_model), base_model)


@pytest.mark.parametrize("kind", ["operation", "cell", "output"])
def test_every_trim_can_inherit(kind):
    base = from_string(BYPASSED)
    weights = read_weights(trained_like(base))
    trims = [c for c in generate_candidates(base, 1) if c.kind == kind]
    assert trims
    for candidate in trims[:3]:
        model = build_network(candidate.genotype, TEMPLATE)
        fresh = read_weights(model).stem
        inherit_weights(model, weights, plan_inheritance(candidate.genotype, base, TEMPLATE))
        np.testing.assert_array_equal(read_weights(model).stem[0][0], weights.stem[0][0])
        assert np.any(fresh[0][0] != weights.stem[0][0])
        assert np.isfinite(answers(model)).all()


def test_another_model_is_refused():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="block_1"):
        read_weights(model)
    base = from_string("3x0c3+0d3=")
    other = read_weights(trained_like(from_string("3x0c3+0id,0c3+0c3=")))
    with pytest.raises(ValueError, match="no operation at"):
        inherit_weights(
            build_network(base, TEMPLATE), other, plan_inheritance(base, base, TEMPLATE)
        )
