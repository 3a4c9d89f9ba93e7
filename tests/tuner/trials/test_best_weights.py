import h5py
import keras
import keras_tuner
import numpy as np
import pytest

from tuner.trials.best_weights import BestWeights, load_best_weights


def make_model():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile(keras.optimizers.Adam(), "mse")
    model.optimizer.build(model.trainable_variables)
    return model


def epochs(file, values, direction="max"):
    """End epochs with these values, and weights of the epoch's number."""
    callback = BestWeights(keras_tuner.Objective("score", direction), file)
    model = make_model()
    callback.set_model(model)
    for number, value in enumerate(values):
        model.set_weights([np.full_like(weight, number) for weight in model.get_weights()])
        callback.on_epoch_end(number, {"score": value})
    return model


@pytest.mark.parametrize(("direction", "best"), [("max", 1), ("min", 2)])
def test_the_weights_of_the_best_epoch_stay(tmp_path, direction, best):
    file = tmp_path / "checkpoint.weights.h5"
    epochs(file, [0.5, 0.7, 0.2, 0.6], direction)
    model = make_model()
    load_best_weights(model, file)
    assert all((weight == best).all() for weight in model.get_weights())
    assert model.optimizer is not None
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_the_optimizer_s_slots_are_left_out(tmp_path):
    file = tmp_path / "checkpoint.weights.h5"
    model = epochs(file, [0.5])
    model.save_weights(tmp_path / "keras.weights.h5")
    with h5py.File(file) as ours, h5py.File(tmp_path / "keras.weights.h5") as theirs:
        assert "optimizer" not in ours
        assert "optimizer" in theirs  # or there would be nothing to leave out


def test_an_epoch_without_the_objective_counts_as_best(tmp_path):
    file = tmp_path / "checkpoint.weights.h5"
    callback = BestWeights(keras_tuner.Objective("score", "max"), file)
    callback.set_model(make_model())
    callback.on_epoch_end(0, {"loss": 1.0})
    assert file.exists()
