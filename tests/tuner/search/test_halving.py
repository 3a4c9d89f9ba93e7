"""Successive halving: who goes on at a rung, and what the oracle makes of it."""

import pytest
from keras_tuner.engine.trial import TrialStatus

from memnas_tf.errors import ConfigError
from memnas_tf.metric import Measurement, Spread
from tests.helpers.formula import TEMPLATE
from tuner.history import load_search
from tuner.oracle import MemNASOracle
from tuner.search.halving import leave_rung
from tuner.search.memory_efficiency import MemoryEfficiency
from tuner.search.planning import labelled_rounds
from tuner.search.rounds import (
    COMPLETED,
    FAILED,
    PAUSED,
    PLANNED,
    RUNNING,
    STOPPED,
    PlannedTrial,
    Round,
    final_qualities,
)
from tuner.search.settings import SearchSettings
from tuner.search.standings import ranked_trials

GENOTYPES = ("5x0c3+0c3=", "5x0d3+0d3=", "5x0ap+0ap=", "5x0mp+0mp=", "5x0a3+0a3=")


def paused_round(accuracies, memory=None, rung=2):
    memory = memory or [100] * len(accuracies)
    entry = Round(1, "5x", 10, 0, Spread(50, 50), [])
    for genotype, accuracy, size in zip(GENOTYPES, accuracies, memory, strict=False):
        trial = PlannedTrial(genotype, "grow", "grow", size, size, size, size, until_epoch=rung)
        trial.hand_out("0000")
        trial.end(accuracy)
        entry.trials.append(trial)
    return entry


def leave(entry, rungs=(2,), factor=2, tradeoff=1.0):
    """Leave a rung, and return who goes on."""
    settings = SearchSettings(
        TEMPLATE, blocks=5, rungs=rungs, reduction_factor=factor, tradeoff=tradeoff
    )
    leave_rung(entry, settings, settings.efficiency(None, entry.memory_spread))
    return [trial for trial in entry.trials if trial.status == PLANNED]


def states(entry):
    return [trial.status for trial in entry.trials]


def test_the_better_part_goes_on_in_the_order_it_was_planned_in():
    entry = paused_round([0.2, 0.5, 0.4, 0.3])
    assert leave(entry) == [entry.trials[1], entry.trials[2]]
    assert states(entry) == [STOPPED, PLANNED, PLANNED, STOPPED]
    assert [trial.until_epoch for trial in entry.trials] == [2, None, None, 2]


def test_the_part_is_rounded_up_and_of_equals_the_earlier_goes_on():
    entry = paused_round([0.5, 0.5, 0.5, 0.5, 0.5])
    assert leave(entry, factor=4) == entry.trials[:2]
    assert leave(paused_round([0.1]), factor=4)


def test_memory_counts_as_the_tradeoff_says():
    entry = paused_round([0.2, 0.5], memory=[100, 200])
    assert leave(entry, tradeoff=0.0) == [entry.trials[0]]


def test_a_rung_is_left_when_all_have_come_to_it_or_failed():
    entry = paused_round([0.2, None, 0.4])
    entry.trials[0].status = RUNNING
    assert leave(entry) == []
    assert states(entry) == [RUNNING, FAILED, PAUSED]
    entry.trials[0].end(0.2)
    assert leave(entry) == [entry.trials[2]]
    assert states(entry) == [STOPPED, FAILED, PLANNED]


def test_the_next_rung_follows():
    entry = paused_round([0.2, 0.5, 0.4, 0.3])
    leave(entry, rungs=(2, 4))
    assert [trial.until_epoch for trial in entry.trials] == [2, 4, 4, 2]
    for trial in entry.trials[1:3]:
        trial.rung_qualities.append(0.6)
        trial.status = PAUSED
    leave(entry, rungs=(2, 4))
    assert [trial.until_epoch for trial in entry.trials] == [2, None, 4, 2]
    assert states(entry) == [STOPPED, PLANNED, STOPPED, STOPPED]


def ended_round():
    entry = paused_round([0.2, 0.5, 0.4, 0.3])
    for trial, accuracy in zip(leave(entry), (0.6, 0.7), strict=True):
        trial.status, trial.quality = COMPLETED, accuracy
    return entry


def test_a_stopped_trial_is_expected_to_gain_what_the_others_gained():
    accuracies = final_qualities(ended_round().trials)
    assert accuracies == pytest.approx([0.2 + 0.2, 0.6, 0.7, 0.3 + 0.2])


def test_a_round_is_scored_on_one_scale_and_won_by_one_that_was_trained_to_the_end():
    entry = ended_round()
    entry.trials[3].rung_qualities, entry.trials[3].quality = [0.9], 0.9
    entry.close(MemoryEfficiency(Measurement(0.4, 100, 100), 1.0, "scaled", entry.memory_spread))
    scores = [trial.efficiency for trial in entry.trials]
    # Divided by the range of what was measured and what is expected, from 0.4 to 1.1.
    assert scores == pytest.approx([0.0, 0.2 / 0.7, 0.3 / 0.7, 0.7 / 0.7])
    assert entry.winner == 2
    assert ranked_trials([entry]) == [entry.trials[2], entry.trials[1]]
    (labelled,) = labelled_rounds([entry])
    assert labelled.targets == pytest.approx(scores)


@pytest.fixture
def oracle(tmp_path):
    return make_oracle(tmp_path)


def make_oracle(directory, max_retries_per_trial=0):
    settings = SearchSettings(
        TEMPLATE, 5, trials_per_round=4, max_rounds=2, rungs=(2,), reduction_factor=2, tradeoff=1.0
    )
    oracle = MemNASOracle(settings, max_retries_per_trial=max_retries_per_trial)
    oracle._set_project_dir(str(directory), "search")
    oracle.verbose = 0
    return oracle


def end(oracle, trial, accuracy, status=TrialStatus.COMPLETED):
    if accuracy is not None:
        oracle.update_trial(trial.trial_id, {"val_accuracy": accuracy})
    trial.status = status
    oracle.end_trial(trial)


def to_the_rung(oracle, *accuracies):
    for accuracy in accuracies:
        trial = oracle.create_trial("tuner")
        assert trial.hyperparameters.values["until_epoch"] == 2
        end(oracle, trial, accuracy)


def test_trials_go_on_under_their_own_ids(oracle):
    to_the_rung(oracle, 0.2, 0.5, 0.4, 0.3)
    for trial_id, accuracy in (("0001", 0.6), ("0002", 0.7)):
        trial = oracle.create_trial("tuner")
        assert (trial.trial_id, trial.hyperparameters.values["until_epoch"]) == (trial_id, 0)
        end(oracle, trial, accuracy)
    assert states(oracle.rounds[0]) == [STOPPED, COMPLETED, COMPLETED, STOPPED]
    assert oracle.end_order == ["0000", "0003", "0001", "0002"]
    assert oracle.rounds[0].winner == 2
    assert [trial.trial_id for trial in oracle.get_best_trials(3)] == ["0002", "0001", "0003"]
    assert oracle.create_trial("tuner").hyperparameters.values["round"] == 2


def test_others_wait_while_somebody_is_on_the_way_to_the_rung(oracle):
    trials = [oracle.create_trial(f"tuner-{number}") for number in range(4)]
    for trial in trials[:3]:
        end(oracle, trial, 0.5)
    assert oracle.create_trial("tuner-0").status == TrialStatus.IDLE
    end(oracle, trials[3], 0.1)
    assert oracle.create_trial("tuner-0").trial_id == "0000"


def test_a_late_result_of_the_rung_is_not_taken_for_that_of_the_end(oracle):
    late = oracle.create_trial("lost")
    lagging = type(late).from_state(late.get_state())
    oracle.release("lost", "was lost")
    to_the_rung(oracle, 0.5, 0.2, 0.2, 0.2)
    end(oracle, lagging, None)  # ignored: it is at the rung, and goes on
    assert states(oracle.rounds[0])[0] == RUNNING
    assert oracle.create_trial("tuner").trial_id == "0000"
    end(oracle, lagging, None)
    assert states(oracle.rounds[0])[0] == RUNNING


def test_a_crash_after_a_rung_has_the_retries_of_any_other(tmp_path):
    oracle = make_oracle(tmp_path, max_retries_per_trial=1)
    to_the_rung(oracle, 0.5, 0.2, 0.2, 0.2)
    end(oracle, oracle.create_trial("tuner"), None, TrialStatus.INVALID)
    again = oracle.create_trial("tuner")
    assert (again.trial_id, again.status) == ("0000", TrialStatus.RUNNING)
    end(oracle, again, 0.6)
    assert oracle.rounds[0].trials[0].status == COMPLETED


def test_a_search_whose_survivors_all_fail_says_how_many(oracle):
    to_the_rung(oracle, 0.5, 0.4, 0.2, 0.2)
    for _ in range(2):
        end(oracle, oracle.create_trial("tuner"), None, TrialStatus.FAILED)
    assert oracle.stop_reason.startswith("all 2 trials of round 1 failed")


@pytest.mark.parametrize("ended", range(5))
def test_a_resumed_search_decides_the_same(tmp_path, ended):
    """Also in the middle of a rung, and as it is left."""
    accuracies = [0.2, 0.5, 0.4, 0.3, 0.6, 0.7]
    whole, resumed = make_oracle(tmp_path / "whole"), make_oracle(tmp_path / "resumed")
    for accuracy in accuracies:
        end(whole, whole.create_trial("tuner"), accuracy)
    for accuracy in accuracies[:ended]:
        end(resumed, resumed.create_trial("tuner"), accuracy)
    resumed.create_trial("tuner")
    resumed = make_oracle(tmp_path / "resumed")
    resumed.reload()
    for accuracy in accuracies[ended:]:
        end(resumed, resumed.create_trial("tuner"), accuracy)
    assert [entry.to_state() for entry in resumed.rounds] == [
        entry.to_state() for entry in whole.rounds
    ]
    assert sorted(resumed.end_order) == sorted(whole.end_order)
    assert load_search(tmp_path / "resumed" / "search").rounds == tuple(resumed.rounds)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"rungs": (0, 2)}, "rungs are 0, 2; they must be whole numbers of epochs, at least 1"),
        ({"rungs": (3, 3)}, "rungs are 3, 3; .* in ascending order"),
        ({"rungs": (1.5,)}, r"rungs are 1\.5;"),
        ({"rungs": (5,)}, "the last rung is 5 epochs, and a trial trains for 5; choose"),
        ({"rungs": (2,), "inherit_epochs": 2}, "the last rung is 2 epochs, and a trial trains"),
        ({"reduction_factor": 1}, "reduction_factor is 1; it must be a whole number, at least 2"),
        ({"reduction_factor": 2.5}, r"reduction_factor is 2\.5; it must be a whole number"),
    ],
)
def test_what_is_no_halving_is_refused(settings, words):
    with pytest.raises(ConfigError, match=words):
        SearchSettings(TEMPLATE, 5, training={"epochs": 5}, **settings)
