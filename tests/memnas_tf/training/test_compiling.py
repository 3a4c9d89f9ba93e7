import keras
import numpy as np
import pytest

from memnas_tf.training.compiling import (
    compile_by_recipe,
    compile_network,
    use_averaged_weights,
)
from memnas_tf.training.recipe import make_recipe


@pytest.fixture
def model():
    keras.utils.set_random_seed(0)
    layers = [keras.Input((2,)), keras.layers.BatchNormalization()]
    return keras.Sequential([*layers, keras.layers.Dense(3, activation="softmax")])


def one_hot(count):
    return np.eye(3, dtype=np.float32)[np.arange(count) % 3]


def test_a_trial_is_compiled_for_the_paper_s_recipe(model):
    compile_network(model, 0.01, total_steps=100)
    assert model.optimizer.momentum == 0.9
    assert float(model.optimizer.learning_rate) == pytest.approx(0.01)
    compile_network(model, 0.02)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.02)


@pytest.mark.parametrize("how", ["trial", "recipe", "keras"])
def test_a_step_is_traced_once(model, how):
    labels = one_hot(8) if how == "recipe" else np.zeros(8)
    compile_network(model, 0.01, total_steps=100)
    if how == "recipe":
        compile_by_recipe(model, make_recipe("modern"), steps=4)
    if how == "keras":  # without what is made beforehand, twice
        model.compile(optimizer=model.optimizer, loss=model.loss, metrics=["accuracy"])
    traces = []
    step = model.train_step
    model.train_step = lambda data: traces.append(1) or step(data)
    model.fit(np.zeros((8, 2)), labels, batch_size=2, verbose=0)
    assert len(traces) == (2 if how == "keras" else 1)


def test_a_recipe_s_values_reach_keras(model):
    recipe = make_recipe("modern", warm_up_epochs=0, learning_rate=0.3, ema_epochs=1)
    compile_by_recipe(model, recipe, steps=9)
    optimizer = model.optimizer
    assert float(optimizer.learning_rate) == pytest.approx(0.3)
    assert (optimizer.nesterov, optimizer.use_ema) == (True, True)
    assert optimizer.weight_decay == recipe.weight_decay
    assert optimizer.ema_momentum == pytest.approx(0.9)
    assert model.loss.label_smoothing == recipe.label_smoothing


def test_only_kernels_decay(model):
    """With images of zeros and labels met exactly, decay is all that moves a weight."""
    recipe = make_recipe("paper", weight_decay=0.5, learning_rate=0.1)
    compile_by_recipe(model, recipe, steps=10)
    before = {weight.path: weight.numpy().copy() for weight in model.trainable_variables}
    uniform = np.full((4, 3), 1 / 3, np.float32)
    model.fit(np.zeros((4, 2)), uniform, batch_size=4, verbose=0)
    for weight in model.trainable_variables:
        factor = 1 - 0.5 * 0.1 if weight.name == "kernel" else 1.0
        np.testing.assert_allclose(weight.numpy(), before[weight.path] * factor, atol=1e-6)


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_averaged_weights_are_taken_from_any_optimizer(policy):
    keras.utils.set_random_seed(0)
    dense = keras.layers.Dense(3, activation="softmax", dtype=policy)
    model = keras.Sequential([keras.Input((2,)), dense])
    compile_by_recipe(model, make_recipe("modern", warm_up_epochs=0), steps=2)
    if policy == "mixed_float16":
        model.optimizer = keras.optimizers.LossScaleOptimizer(model.optimizer)
        model.optimizer.build(model.trainable_variables)
    inner = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    for number, average in enumerate(inner._model_variables_moving_average):
        average.assign(average + number + 1)
    expected = [average.numpy() for average in inner._model_variables_moving_average]
    use_averaged_weights(model)
    for weight, average in zip(model.trainable_variables, expected, strict=True):
        np.testing.assert_array_equal(weight.numpy(), average)


def test_without_an_average_the_weights_stay(model):
    compile_by_recipe(model, make_recipe("paper"), steps=2)
    before = model.get_weights()
    use_averaged_weights(model)
    for weight, same in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, same)
