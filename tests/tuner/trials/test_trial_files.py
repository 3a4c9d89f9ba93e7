import pytest

from memnas_tf.errors import ConfigError, SearchError
from tests.helpers.leftovers import leave_half
from tests.helpers.searches import FormulaTuner, make_tuner
from tuner import SearchListener, load_search
from tuner.trials.trial_files import (
    failed_trials,
    kept_checkpoints,
    prune_checkpoints,
    remove_leftovers,
)


class WeighingTuner(FormulaTuner):
    """A tuner whose trials leave a file where weights would be."""

    def run_trial(self, trial, *args, **kwargs):
        result = super().run_trial(trial, *args, **kwargs)
        (self._trial_directory(trial) / "checkpoint.weights.h5").write_bytes(b"weights")
        return result


def weights(tuner):
    return {path.parent.name.removeprefix("trial_") for path in project(tuner).glob("*/*.h5")}


def project(tuner):
    return tuner._trial_directory(next(iter(tuner.oracle.trials.values()))).parent


def test_the_best_trials_keep_their_weights(tmp_path):
    tuner = make_tuner(tmp_path, WeighingTuner, max_rounds=2, keep_checkpoints=4)
    tuner.search(verbose=0)
    best = [trial.trial_id for trial in tuner.oracle.get_best_trials(4)]
    assert weights(tuner) == set(best)
    assert kept_checkpoints(tmp_path / "search", tuner.oracle.rounds) == 4


def test_the_answer_keeps_its_weights_though_others_are_more_accurate(tmp_path):
    tuner = make_tuner(tmp_path, WeighingTuner, max_rounds=2, keep_checkpoints=1, tradeoff=0.1)
    tuner.search(verbose=0)
    answer = load_search(tmp_path / "search").best
    assert weights(tuner) == {answer.trial_id}
    trials = [trial for entry in tuner.oracle.rounds for trial in entry.trials]
    assert max(trial.quality for trial in trials) > answer.quality


def test_a_round_under_way_keeps_all_its_weights(tmp_path):
    class Interrupted(WeighingTuner):
        def run_trial(self, trial, *args, **kwargs):
            if len(self.oracle.end_order) == 9:
                raise KeyboardInterrupt
            return super().run_trial(trial, *args, **kwargs)

    tuner = make_tuner(tmp_path, Interrupted, keep_checkpoints=1)
    with pytest.raises(KeyboardInterrupt):
        tuner.search(verbose=0)
    answer = load_search(tmp_path / "search").best
    assert weights(tuner) == {answer.trial_id, "0005", "0006", "0007", "0008"}


def test_a_base_keeps_its_weights_until_its_round_is_over(tmp_path):
    """Also one that is not among the best, as its round only lost."""

    class Losing(WeighingTuner):
        def run_trial(self, trial, *args, **kwargs):
            super().run_trial(trial, *args, **kwargs)
            return {"val_accuracy": 0.9 - int(trial.trial_id) / 100}

    class Watch(SearchListener):
        def on_trial_begin(self, history, trial):
            kept = {path.parent.name for path in (tmp_path / "search").glob("*/*.h5")}
            bases.append(trial.base_trial)
            assert trial.base_trial is None or f"trial_{trial.base_trial}" in kept

    bases = []
    arguments = {"keep_checkpoints": 1, "tradeoff": 1.0, "inherit_epochs": 1}
    tuner = make_tuner(tmp_path, Losing, max_rounds=3, listener=Watch(), **arguments)
    tuner.search(verbose=0)
    assert bases == [None] * 5 + ["0000"] * 5 + ["0005"] * 5
    assert weights(tuner) == {"0000"}


def test_all_weights_are_kept_where_asked_for(tmp_path):
    tuner = make_tuner(tmp_path, WeighingTuner, max_rounds=2, keep_checkpoints=None)
    tuner.search(verbose=0)
    assert len(weights(tuner)) == 10


def test_what_was_pruned_is_said(tmp_path, caplog):
    heard = []

    class Listener(SearchListener):
        def on_prune(self, history, pruned):
            heard.extend(trial.trial_id for trial in pruned)

    caplog.set_level("INFO", logger="tuner")
    tuner = make_tuner(tmp_path, WeighingTuner, max_rounds=1, listener=Listener())
    tuner.search(verbose=0)
    assert len(heard) == 2
    assert set(heard) | weights(tuner) == {f"000{i}" for i in range(5)}
    assert f"deleted the weights of {', '.join(heard)}" in caplog.text


def test_the_model_of_a_pruned_trial_is_refused_by_name(tmp_path):
    tuner = make_tuner(tmp_path, WeighingTuner, max_rounds=1)
    tuner.search(verbose=0)
    with pytest.raises(SearchError, match=r"a search keeps the weights of its best 3 trials"):
        tuner.load_model(tuner.oracle.get_best_trials(5)[-1])


@pytest.mark.parametrize("keep", [0, -1, True, 1.5])
def test_a_number_of_checkpoints_that_is_none_is_refused(tmp_path, keep):
    with pytest.raises(ConfigError, match="keep_checkpoints is"):
        make_tuner(tmp_path / "new", keep_checkpoints=keep)
    assert not (tmp_path / "new").exists()


def test_pruning_again_prunes_nothing(tmp_path):
    tuner = make_tuner(tmp_path, WeighingTuner, max_rounds=2, keep_checkpoints=2)
    tuner.search(verbose=0)
    assert prune_checkpoints(tmp_path / "search", tuner.oracle.rounds, 2) == []


@pytest.mark.parametrize("keep_weights", [True, False])
def test_a_trial_that_is_over_leaves_no_half_files(tmp_path, keep_weights):
    left = {"trial.json", "error.txt"} | ({"checkpoint.weights.h5"} if keep_weights else set())
    for name in left | {"progress.npz", "checkpoint.weights.h5"}:
        (tmp_path / name).touch()
    leave_half(tmp_path, ".weights.h5")
    remove_leftovers(tmp_path, keep_weights)
    assert {path.name for path in tmp_path.iterdir()} == left


def test_what_a_kill_left_behind_is_gone_when_the_search_goes_on(tmp_path):
    class Interrupted(WeighingTuner):
        def run_trial(self, trial, *args, **kwargs):
            if trial.trial_id == "0002":
                raise KeyboardInterrupt
            return super().run_trial(trial, *args, **kwargs)

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            make_tuner(tmp_path, Interrupted).search(verbose=0)
        for number in (1, 2):
            (tmp_path / "search" / f"trial_000{number}" / "progress.npz").touch()
    with pytest.raises(KeyboardInterrupt):
        make_tuner(tmp_path, Interrupted).search(verbose=0)
    left = {path.parent.name for path in (tmp_path / "search").glob("*/progress.npz")}
    assert left == {"trial_0002"}


def test_failed_trials_are_counted(tmp_path):
    class Failing(WeighingTuner):
        fails = staticmethod(lambda trial: trial.trial_id in ("0001", "0003"))

    tuner = make_tuner(tmp_path, Failing, max_rounds=1)
    tuner.search(verbose=0)
    rounds = load_search(tmp_path / "search").rounds
    assert [trial.trial_id for trial in failed_trials(rounds)] == ["0001", "0003"]
