"""A trial whose weights are gone or damaged is trained again, and comes out the same."""

from pathlib import Path

import numpy as np
import pytest

from memnas_tf.errors import SearchError
from tests.helpers.tiny_search import fit_arguments, make_tuner

EPOCHS = 2


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """A search whose second round starts from the weights of the first one's winner."""
    directory = tmp_path_factory.mktemp("again")
    tuner = make_tuner(directory, 2, 2, EPOCHS, inherit_epochs=1, keep_checkpoints=None)
    tuner.search(**fit_arguments(EPOCHS))
    return tuner


def weights_of(tuner, trial_id):
    return tuner.load_model(tuner.oracle.trials[trial_id]).get_weights()


def file_of(tuner, trial_id):
    return tuner._trial_directory(tuner.oracle.trials[trial_id]) / "checkpoint.weights.h5"


def flip_a_bit(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        flip_a_bit,
        pytest.param(Path.unlink, marks=pytest.mark.slow),
        pytest.param(
            lambda file: file.write_bytes(file.read_bytes()[:100]), marks=pytest.mark.slow
        ),
        pytest.param(lambda file: file.write_bytes(b""), marks=pytest.mark.slow),
    ],
)
def test_weights_that_are_gone_or_damaged_are_refused_and_come_out_the_same(searched, damage):
    winner = searched.oracle.history.best
    before = weights_of(searched, winner.trial_id)
    recorded = [entry.to_state() for entry in searched.oracle.rounds]
    damage(file_of(searched, winner.trial_id))
    with pytest.raises(SearchError, match=r"tuner\.train_again"):
        weights_of(searched, winner.trial_id)
    trial = searched.oracle.trials[winner.trial_id]
    searched.train_again(trial, **fit_arguments(EPOCHS))
    for one, same in zip(weights_of(searched, winner.trial_id), before, strict=True):
        np.testing.assert_array_equal(one, same)
    assert [entry.to_state() for entry in searched.oracle.rounds] == recorded


@pytest.mark.slow
def test_a_base_that_is_gone_is_trained_again_first(searched):
    trial = searched.oracle.rounds[1].trials[0]
    base = trial.base_trial
    before = weights_of(searched, trial.trial_id)
    for trial_id in (base, trial.trial_id):
        file_of(searched, trial_id).unlink()
    searched._base = None  # as in a process that begins
    searched.train_again(searched.oracle.trials[trial.trial_id], **fit_arguments(EPOCHS))
    assert file_of(searched, base).exists()
    for one, same in zip(weights_of(searched, trial.trial_id), before, strict=True):
        np.testing.assert_array_equal(one, same)
