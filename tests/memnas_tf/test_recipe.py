import keras
import numpy as np
import pytest

from memnas_tf.recipe import compile_network, learning_rate_schedule, restart_cycles


@pytest.mark.parametrize(
    ("epochs", "cycles"), [(1, 1), (10, 1), (29, 1), (30, 2), (60, 2), (70, 3)]
)
def test_each_cycle_is_twice_as_long_and_the_first_has_ten_epochs(epochs, cycles):
    assert restart_cycles(epochs) == cycles


def test_the_rate_restarts_and_ends_near_zero():
    schedule = learning_rate_schedule(0.01, total_steps=300, cycles=2)
    rates = [float(schedule(step)) for step in (0, 50, 99, 100, 200, 299)]
    assert rates[0] == rates[3] == pytest.approx(0.01)
    assert rates[1] == pytest.approx(0.005)
    assert rates[4] == pytest.approx(0.005)
    assert rates[2] < 1e-5
    assert rates[5] < 1e-5


def test_a_network_is_compiled_for_the_paper_s_recipe():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="softmax")])
    compile_network(model, 0.01, total_steps=100)
    assert model.optimizer.momentum == 0.9
    assert float(model.optimizer.learning_rate) == pytest.approx(0.01)
    compile_network(model, 0.02)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.02)


@pytest.mark.parametrize("lacks_metrics", [False, True])
def test_a_step_is_traced_once(lacks_metrics):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="softmax")])
    compile_network(model, 0.01, total_steps=100)
    if lacks_metrics:  # without what is made beforehand, twice
        model.compile(optimizer=model.optimizer, loss=model.loss, metrics=["accuracy"])
    traces = []
    step = model.train_step
    model.train_step = lambda data: traces.append(1) or step(data)
    model.fit(np.zeros((8, 2)), np.zeros(8), batch_size=2, verbose=0)
    assert len(traces) == (2 if lacks_metrics else 1)
