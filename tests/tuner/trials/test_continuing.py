"""A trial that is cut off goes on after its last whole epoch, to the bit as if it had not been."""

import keras
import numpy as np
import pytest

from memnas_tf.training.continuing import fit_from_epoch
from tests.helpers.tiny_search import fit_arguments, make_tuner
from tuner import SearchListener

EPOCHS = 5


class Cut(SearchListener):
    """Keep every epoch's metrics, and stop the process's search in the middle of one."""

    def __init__(self, steps=None):
        self.epochs = []
        self.steps = steps

    def on_step_end(self):
        if self.steps is not None:
            self.steps -= 1
            if self.steps < 0:
                raise KeyboardInterrupt

    def on_epoch_end(self, trial, epoch, logs):
        self.epochs.append((epoch, dict(logs)))


def search(directory, steps=None, callbacks=(), epochs=EPOCHS, fit=None, **kwargs):
    """Run a search of one trial, or of as much as `steps` allow; return what was heard."""
    listener = Cut(steps)
    tuner = make_tuner(directory, 1, 1, epochs, listener=listener, **kwargs)
    arguments = {**fit_arguments(epochs), **(fit or {}), "callbacks": list(callbacks)}
    if steps is None:
        tuner.search(**arguments)
    else:
        with pytest.raises(KeyboardInterrupt):
            tuner.search(**arguments)
    return tuner, listener.epochs


def weights(tuner):
    return tuner.get_best_models()[0].get_weights()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    tuner, epochs = search(tmp_path_factory.mktemp("whole"))
    return epochs, tuner.oracle.trials["0000"].get_state(), weights(tuner)


@pytest.mark.parametrize("steps", [5, 12])
def test_an_interrupted_trial_goes_on_to_the_bit(whole, tmp_path, steps):
    """The first step is that of asking for the trial; an epoch has three."""
    _, before = search(tmp_path, steps)
    assert len(before) == max(0, steps - 1) // 3
    tuner, after = search(tmp_path)
    epochs, state, expected = whole
    assert before + after == epochs
    assert tuner.oracle.trials["0000"].get_state() == state
    for one, other in zip(weights(tuner), expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_trial_that_is_over_keeps_only_its_weights(whole, tmp_path):
    search(tmp_path, 8)
    folder = tmp_path / "search" / "trial_0000"
    assert (folder / "progress.npz").exists()
    search(tmp_path)
    names = {"trial.json", "build_config.json", "checkpoint.weights.h5", "training.json"}
    assert {path.name for path in folder.iterdir()} == names


def test_a_trial_cut_off_after_its_last_epoch_trains_no_more(whole, tmp_path, monkeypatch):
    def killed(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr("tuner.oracle.MemNASOracle.end_trial", killed)
    with pytest.raises(KeyboardInterrupt):
        search(tmp_path)
    monkeypatch.undo()
    tuner, after = search(tmp_path)
    assert after == []
    assert tuner.oracle.trials["0000"].get_state() == whole[1]


def test_a_damaged_file_costs_the_trial_s_epochs_only(whole, tmp_path):
    search(tmp_path, 8)
    file = tmp_path / "search" / "trial_0000" / "progress.npz"
    file.write_bytes(file.read_bytes()[:-100])
    _, after = search(tmp_path)
    assert after == whole[0]


def test_a_file_of_another_candidate_is_not_gone_on_with(whole, tmp_path):
    search(tmp_path / "other", 8, seed=1)
    search(tmp_path, 2)
    (tmp_path / "other" / "search" / "trial_0000" / "progress.npz").rename(
        tmp_path / "search" / "trial_0000" / "progress.npz"
    )
    _, after = search(tmp_path)
    assert after == whole[0]


def test_a_file_of_code_runs_nothing(whole, tmp_path):
    """A search directory may come from anyone: pickle is not read."""
    search(tmp_path, 2)
    file = tmp_path / "search" / "trial_0000" / "progress.npz"
    np.savez(file, state=np.array([{"a": Exploit(tmp_path / "ran")}], dtype=object))
    _, after = search(tmp_path)
    assert after == whole[0]
    assert not (tmp_path / "ran").exists()


class Exploit:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return type(self.path).touch, (self.path,)


def test_callbacks_go_on_counting(tmp_path):
    """When early stopping stops depends on the epochs before."""
    stop = keras.callbacks.EarlyStopping("val_loss", patience=2, min_delta=10.0)
    _, expected = search(tmp_path / "whole", callbacks=[stop])
    assert len(expected) == 3
    _, before = search(tmp_path / "cut", 8, callbacks=[stop])
    _, after = search(tmp_path / "cut", callbacks=[stop])
    assert (len(before), len(after)) == (2, 1)
    assert before + after == expected


def test_a_trial_that_a_callback_stopped_stays_stopped(tmp_path, monkeypatch):
    stop = keras.callbacks.EarlyStopping("val_loss", patience=1, min_delta=10.0)
    monkeypatch.setattr("tuner.oracle.MemNASOracle.end_trial", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        search(tmp_path, callbacks=[stop])
    monkeypatch.undo()
    tuner, after = search(tmp_path, callbacks=[stop])
    assert after == []
    assert tuner.oracle.trials["0000"].status == "COMPLETED"


def test_several_executions_go_on_with_the_one_under_way(tmp_path):
    tuner, expected = search(tmp_path / "whole", epochs=2, executions_per_trial=2)
    assert [epoch for epoch, _ in expected] == [0, 1, 0, 1]
    assert expected[0] != expected[2]
    _, before = search(tmp_path / "cut", 11, epochs=2, executions_per_trial=2)
    again, after = search(tmp_path / "cut", epochs=2, executions_per_trial=2)
    assert before + after == expected
    assert again.oracle.trials["0000"].get_state() == tuner.oracle.trials["0000"].get_state()


def test_data_that_cannot_tell_what_an_epoch_gets_starts_the_trial_anew(tmp_path):
    rng = np.random.default_rng(0)
    arrays = {"x": rng.normal(size=(32, 8, 8, 1)).astype("float32"), "y": rng.integers(0, 3, 32)}
    shuffled = {**arrays, "steps_per_epoch": None, "shuffle": True}
    _, expected = search(tmp_path / "whole", fit=shuffled, epochs=3)
    _, before = search(tmp_path / "cut", 3, fit=shuffled, epochs=3)
    _, after = search(tmp_path / "cut", fit=shuffled, epochs=3)
    assert [epoch for epoch, _ in before] == [0, 1]
    assert after == expected


def test_arrays_in_order_go_on(tmp_path):
    rng = np.random.default_rng(0)
    arrays = {"x": rng.normal(size=(32, 8, 8, 1)).astype("float32"), "y": rng.integers(0, 3, 32)}
    ordered = {**arrays, "steps_per_epoch": None, "shuffle": False}
    _, expected = search(tmp_path / "whole", fit=ordered, epochs=3)
    _, before = search(tmp_path / "cut", 3, fit=ordered, epochs=3)
    _, after = search(tmp_path / "cut", fit=ordered, epochs=3)
    assert [epoch for epoch, _ in after] == [2]
    assert before + after == expected


def test_any_endless_dataset_skips_the_batches_before():
    import tensorflow as tf

    dataset = tf.data.Dataset.range(100)
    args, kwargs = fit_from_epoch(3, (dataset, 1), {"steps_per_epoch": 4})
    assert next(iter(args[0])).numpy() == 12
    assert (args[1], kwargs["initial_epoch"]) == (1, 3)
    args, _ = fit_from_epoch(3, (dataset,), {})
    assert next(iter(args[0])).numpy() == 0


def test_a_generator_is_not_gone_on_with():
    assert fit_from_epoch(1, ((batch for batch in ()),), {}) is None
