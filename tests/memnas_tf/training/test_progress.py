import keras
import numpy as np
import pytest

from memnas_tf.training.progress import TrainingProgress, load_progress
from tests.helpers.damage import damaged_bytes, damaged_fields


@pytest.fixture(params=["float32", "bfloat16"])
def model(request):
    keras.utils.set_random_seed(1)
    layers = [
        keras.Input((4,)),
        keras.layers.Dense(3, dtype=request.param),
        keras.layers.Dropout(0.5),
    ]
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(), "mse", metrics=["mae"])
    model.optimizer.build(model.trainable_variables)
    return model


def train(model):
    x = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
    return model.fit(x, x[:, :3], epochs=1, verbose=0, shuffle=False).history["loss"]


def test_weights_optimizer_and_random_states_come_back(model, tmp_path):
    """Dropout draws on as it would have."""
    train(model)
    progress = TrainingProgress(
        7, epochs=[0], history={"loss": [0.1 + 0.2]}, callbacks=[{"wait": 1.0}]
    )
    progress.take_from(model)
    progress.save(tmp_path / "progress.npz")
    expected = [train(model), train(model)]
    read = load_progress(tmp_path / "progress.npz")
    assert (read.seed, read.next_epoch, read.callbacks) == (7, 1, [{"wait": 1.0}])
    assert read.history == {"loss": [0.1 + 0.2]}
    assert read.give_to(model)
    assert [train(model), train(model)] == expected


def test_values_of_another_network_are_refused_and_change_nothing(model):
    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    other.compile(keras.optimizers.Adam(), "mse")
    other.optimizer.build(other.trainable_variables)
    progress = TrainingProgress(7)
    progress.take_from(other)
    before = model.get_weights()
    assert not progress.give_to(model)
    for one, same in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, same)


def test_infinity_is_a_value_like_any(tmp_path):
    TrainingProgress(1, callbacks=[{"best": np.inf}]).save(tmp_path / "progress.npz")
    assert load_progress(tmp_path / "progress.npz").callbacks == [{"best": np.inf}]


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 cut off", b"not an archive"])
def test_what_cannot_be_read_is_as_good_as_none(tmp_path, content):
    file = tmp_path / "progress.npz"
    if content is not None:
        file.write_bytes(content)
    assert load_progress(file) is None


def test_another_version_s_file_is_as_good_as_none(tmp_path):
    state = np.frombuffer(b'{"unknown": 1}', np.uint8)
    np.savez(tmp_path / "progress.npz", state=state)
    assert load_progress(tmp_path / "progress.npz") is None


@pytest.fixture
def kept(model, tmp_path):
    progress = TrainingProgress(
        7, [{"loss": [0.5, 0.25]}], [0, 1], {"loss": [0.5, 0.25]}, False, [{"wait": 1.0}]
    )
    progress.take_from(model)
    progress.save(tmp_path / "progress.npz")
    return tmp_path / "progress.npz"


def replace_state(file, state):
    """Put other bytes in the place of the state, with sums that fit."""
    arrays = {**np.load(file, allow_pickle=False), "state": np.frombuffer(state, np.uint8)}
    np.savez(file, **arrays)


def test_no_damage_to_a_field_is_more_than_a_training_from_the_start(kept, model):
    state = np.load(kept)["state"].tobytes().decode()
    for what, text in damaged_fields(state, sealed=False):
        replace_state(kept, text.encode())
        progress = load_progress(kept)
        if progress is not None:
            assert progress.give_to(model), what
            assert progress.next_epoch >= 0


def test_no_damage_to_the_file_is_more_than_a_training_from_the_start(kept):
    whole = kept.read_bytes()
    for _, content in damaged_bytes(whole, 100):
        kept.write_bytes(content)
        load_progress(kept)


@pytest.mark.parametrize(
    "change",
    [
        lambda array: array.astype(complex),
        lambda array: array.astype("S8"),
        lambda array: array.astype(np.float64),
        lambda array: array.reshape(*array.shape, 1),
        lambda array: array[np.newaxis],
    ],
)
def test_an_array_of_another_kind_or_shape_is_not_taken(kept, model, change):
    arrays = dict(np.load(kept))
    name = next(name for name, array in arrays.items() if array.dtype == np.float32)
    np.savez(kept, **{**arrays, name: change(arrays[name])})
    assert not load_progress(kept).give_to(model)
