"""Trials that pause at a rung: real training, which goes on to the bit."""

import pytest

from memnas_tf.errors import ConfigError
from tests.helpers.tiny_search import STEPS, fit_arguments, make_tuner
from tests.tuner.trials.test_inheriting import Heard
from tuner import load_search

EPOCHS = 3
HALVING = {"rungs": (1,), "reduction_factor": 2, "tradeoff": 1.0}


def search(directory, listener, **kwargs):
    tuner = make_tuner(directory, 1, 4, EPOCHS, listener=listener, **kwargs)
    tuner.search(**fit_arguments(EPOCHS))
    return tuner


def states(tuner):
    return [trial.status for trial in tuner.oracle.rounds[0].trials]


@pytest.fixture(scope="module")
def halved(tmp_path_factory):
    directory, listener = tmp_path_factory.mktemp("halved"), Heard()
    return directory, search(directory, listener, **HALVING), listener.epochs


def test_half_of_a_round_goes_on_from_the_rung(halved, tmp_path):
    """And trains as it would have without one, though the others came between."""
    _, tuner, epochs = halved
    assert sorted(states(tuner)) == ["completed"] * 2 + ["stopped"] * 2
    plain = Heard()
    search(tmp_path, plain, tradeoff=1.0)
    for trial in tuner.oracle.rounds[0].trials:
        count = EPOCHS if trial.status == "completed" else 1
        assert epochs[trial.trial_id] == plain.epochs[trial.trial_id][:count]


def test_only_the_best_keep_weights_and_none_its_progress(halved):
    directory, tuner, _ = halved
    left = {path.parent.name for path in directory.glob("search/*/*.h5")}
    best = {f"trial_{trial.trial_id}" for trial in tuner.oracle.get_best_trials(2)}
    assert left == best
    assert not list(directory.glob("search/*/progress.npz"))
    assert tuner.get_best_models(1)


def test_a_search_interrupted_on_the_way_to_a_rung_goes_on_to_the_same_end(halved, tmp_path):
    _, tuner, epochs = halved
    first, second = Heard("0003", steps=STEPS // 2), Heard()
    with pytest.raises(KeyboardInterrupt):
        search(tmp_path, first, **HALVING)
    resumed = search(tmp_path, second, **HALVING)
    assert states(resumed) == states(tuner)
    both = {key: first.epochs.get(key, []) + second.epochs.get(key, []) for key in epochs}
    assert both == epochs
    rounds = [load_search(path / "search").rounds for path in (tmp_path, halved[0])]
    assert rounds[0] == rounds[1]


def test_a_search_interrupted_after_a_rung_goes_on_to_the_same_end(halved, tmp_path):
    _, tuner, epochs = halved
    goes_on = next(t for t in tuner.oracle.rounds[0].trials if t.status == "completed").trial_id
    first, second = Heard(goes_on, steps=2 * STEPS + 1), Heard()
    with pytest.raises(KeyboardInterrupt):
        search(tmp_path, first, **HALVING)
    assert len(first.epochs[goes_on]) == 2
    search(tmp_path, second, **HALVING)
    both = {key: first.epochs.get(key, []) + second.epochs.get(key, []) for key in epochs}
    assert both == epochs


def test_a_trial_of_several_executions_cannot_pause(tmp_path):
    with pytest.raises(ConfigError, match="executions_per_trial is 2, and a trial that pauses"):
        make_tuner(tmp_path, 1, 4, EPOCHS, executions_per_trial=2, **HALVING)


def test_a_rung_at_which_training_is_over_is_refused(tmp_path):
    tuner = make_tuner(tmp_path, 1, 4, EPOCHS, rungs=(EPOCHS,))
    with pytest.raises(ConfigError, match="the last rung is 3 epochs, and a trial trains for 3"):
        tuner.search(**fit_arguments(EPOCHS))
