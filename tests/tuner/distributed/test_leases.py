"""Leases, with a clock that a test sets."""

import math
import threading

import pytest
from keras_tuner.engine import trial as trial_module
from keras_tuner.engine.trial import TrialStatus
from keras_tuner.src.distribute.oracle_chief import exit_chief

from memnas_tf.errors import SearchError
from tests.helpers.formula import TEMPLATE
from tuner.distributed.chief import run_chief
from tuner.distributed.leases import Leases, heartbeat_seconds
from tuner.distributed.leasing_oracle import MAX_CRASHES, MAX_LOSSES
from tuner.oracle import MemNASOracle
from tuner.search.settings import SearchSettings
from tuner.search_space import FAILURE
from tuner.trials.machine_faults import MachineFault


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def make(tmp_path, clock):
    def make(**settings):
        sizes = {"max_cells": 4, "trials_per_round": 2, "max_rounds": 1, **settings}
        oracle = MemNASOracle(SearchSettings(TEMPLATE, 5, **sizes), lease_seconds=30, clock=clock)
        oracle._set_project_dir(str(tmp_path), "search")
        oracle.verbose = 0
        return oracle

    return make


def sent(trial):
    """A trial as it is after its way to a worker or back."""
    return trial_module.Trial.from_proto(trial.to_proto())


def finish(oracle, trial, accuracy=0.5, status=TrialStatus.COMPLETED):
    if status == TrialStatus.COMPLETED:
        oracle.update_trial(trial.trial_id, {"val_accuracy": accuracy})
    trial = sent(trial)
    trial.status = status
    oracle.end_trial(trial)


def test_leases_run_out_unless_they_are_renewed(clock):
    leases = Leases(10, clock)
    leases.renew("a")
    clock.now = 5
    leases.renew("b")
    clock.now = 11
    assert leases.expired() == ["a"]
    leases.extend(3)
    assert leases.expired() == []
    clock.now = 30
    leases.drop("a")
    assert leases.expired() == ["b"]


def test_leases_without_a_time_last_for_ever(clock):
    leases = Leases(None, clock)
    leases.renew("a")
    clock.now = math.inf
    assert leases.expired() == []


def test_several_heartbeats_fit_into_a_lease():
    assert heartbeat_seconds(60) == 5
    assert heartbeat_seconds(6) == 1


def test_a_worker_killed_in_a_trial_loses_it_to_another(make, clock):
    oracle = make()
    lost = oracle.create_trial("worker-1")
    other = oracle.create_trial("worker-2")
    assert oracle.create_trial("worker-3").status == "IDLE"
    clock.now = 20
    oracle.get_trial(other.trial_id)  # worker-2 is alive
    clock.now = 31
    again = oracle.create_trial("worker-3")
    assert again.trial_id == lost.trial_id
    assert oracle.workers() == {"worker-2": other.trial_id, "worker-3": lost.trial_id}


def test_heartbeats_keep_a_trial(make, clock):
    oracle = make()
    trial = oracle.create_trial("worker-1")
    for clock.now in range(0, 200, 20):
        assert oracle.get_trial(trial.trial_id).status == "RUNNING"
    assert oracle.workers() == {"worker-1": trial.trial_id}


def test_a_late_result_of_a_worker_given_up_for_dead_loses(make, clock):
    oracle = make()
    late = sent(oracle.create_trial("worker-1"))
    clock.now = 31
    again = sent(oracle.create_trial("worker-2"))
    assert again.trial_id == late.trial_id
    finish(oracle, again, 0.6)
    finish(oracle, late, 0.9)
    finish(oracle, late, status=TrialStatus.INVALID)
    assert oracle.rounds[0].trials[0].quality == 0.6
    assert oracle.trials[late.trial_id].status == "COMPLETED"
    assert oracle.end_order == [late.trial_id]


def test_the_first_of_two_results_on_their_way_wins(make, clock):
    oracle = make()
    late = sent(oracle.create_trial("worker-1"))
    clock.now = 31
    oracle.create_trial("worker-2")
    oracle.update_trial(late.trial_id, {"val_accuracy": 0.6})
    finish(oracle, late, 0.9)
    assert oracle.rounds[0].trials[0].quality == 0.6


def test_a_result_that_comes_before_another_worker_has_begun_counts(make, clock):
    oracle = make()
    late = sent(oracle.create_trial("worker-1"))
    clock.now = 31
    oracle.reap()
    finish(oracle, late, 0.6)
    assert oracle.create_trial("worker-2").trial_id != late.trial_id
    assert oracle.create_trial("worker-3").status == "IDLE"


def test_create_trial_does_not_stop_at_max_trials_while_the_last_may_be_retried(make, clock):
    oracle = make(max_trials=1)
    lost = oracle.create_trial("worker-1")
    assert oracle.create_trial("worker-2").status == "IDLE"
    clock.now = 5
    assert oracle.create_trial("worker-2").status == "IDLE"
    clock.now = 31
    assert oracle.create_trial("worker-2").trial_id == lost.trial_id


def test_a_worker_killed_while_idle_does_not_keep_the_chief_from_exiting(make, clock):
    oracle = make(max_trials=1)
    trial = oracle.create_trial("worker-1")
    assert oracle.create_trial("worker-2").status == "IDLE"
    finish(oracle, trial)
    assert oracle.create_trial("worker-1").status == "STOPPED"
    assert not exit_chief(oracle)
    clock.now = 11
    oracle.reap()
    assert exit_chief(oracle)


def test_a_restart_under_the_same_name_gets_its_trial_back_without_the_old_result(make):
    oracle = make()
    trial = oracle.create_trial("worker-1")
    oracle.update_trial(trial.trial_id, {"val_accuracy": 0.9})
    again = oracle.create_trial("worker-1")
    assert again.trial_id == trial.trial_id
    assert not again.metrics.exists("val_accuracy")


def crash(oracle, clock, worker):
    assert oracle.release(worker, "was ended by SIGSEGV")
    return worker


def fall_silent(oracle, clock, worker):
    clock.now += 31
    oracle.reap()
    return worker


def start_again(oracle, clock, worker):
    return "worker-0"  # a name that holds the trial already


@pytest.mark.parametrize(
    ("lose", "most"), [(crash, MAX_CRASHES), (fall_silent, MAX_LOSSES), (start_again, MAX_LOSSES)]
)
def test_a_candidate_that_costs_its_workers_fails_in_the_end(make, clock, lose, most):
    oracle = make()
    first = oracle.create_trial("worker-0").trial_id
    for loss in range(1, most):
        worker = lose(oracle, clock, "worker-0")
        assert oracle.create_trial(worker).trial_id == first, loss
    worker = lose(oracle, clock, "worker-0")
    assert oracle.create_trial(worker).trial_id != first
    assert oracle.trials[first].status == "FAILED"
    assert f"{most} workers were lost while they trained it" in oracle.trials[first].message


def test_a_crash_of_a_worker_without_a_trial_is_nobodys(make):
    oracle = make()
    assert not oracle.release("worker-0", "was ended by SIGSEGV")
    assert oracle.create_trial("worker-0").status == "RUNNING"


def test_a_long_planning_costs_nobody_a_lease(make, clock, monkeypatch):
    oracle = make()
    busy = oracle.create_trial("worker-1")
    populate = oracle.populate_space

    def slow(trial_id):
        clock.now += 100
        return populate(trial_id)

    monkeypatch.setattr(oracle, "populate_space", slow)
    oracle.create_trial("worker-2")
    assert oracle.create_trial("worker-3").status == "IDLE"
    assert oracle.workers()["worker-1"] == busy.trial_id


def test_results_of_unknown_trials_are_ignored(make):
    oracle = make()
    stranger = trial_module.Trial(oracle.get_space(), "0099", TrialStatus.COMPLETED)
    assert oracle.update_trial("0099", {"val_accuracy": 1.0}).status == "STOPPED"
    oracle.end_trial(stranger)
    assert oracle.stop_reason is None
    assert oracle.create_trial("worker-1").status == "RUNNING"


def test_metrics_without_the_objective_are_refused_and_free_the_lock(make):
    oracle = make()
    trial = oracle.create_trial("worker-1")
    with pytest.raises(ValueError, match="Objective value missing"):
        oracle.update_trial(trial.trial_id, {"loss": 1.0})
    done = threading.Event()
    threading.Thread(target=lambda: (oracle.reap(), done.set()), daemon=True).start()
    assert done.wait(20)


def test_a_chief_that_starts_again_keeps_the_leases_of_its_workers(make, clock):
    before = make()
    trial = before.create_trial("worker-1")
    finish(before, before.create_trial("worker-2"))
    after = make()
    after.reload()
    assert after.workers() == {"worker-1": trial.trial_id}
    finish(after, trial, 0.7)
    assert after.rounds[0].trials[0].quality == 0.7


def test_a_worker_that_died_with_the_chief_loses_its_trial_all_the_same(make, clock):
    lost = make().create_trial("worker-1").trial_id
    after = make()
    after.reload()
    clock.now = 31
    assert after.create_trial("worker-9").trial_id == lost


def test_a_failure_on_a_worker_names_where_its_message_is(make):
    oracle = make()
    trial = oracle.create_trial("worker-1")
    trial.status, trial.message = "FAILED", None
    oracle.end_trial(trial)
    assert f"see trial_{trial.trial_id}" in oracle.trials[trial.trial_id].message


def test_a_trial_that_a_worker_gives_back_goes_to_another_however_often(make):
    oracle = make()
    trial = oracle.create_trial("worker-1")
    for number in range(2, 2 * MAX_LOSSES):
        given = sent(trial)
        given.status, given.hyperparameters.values[FAILURE] = TrialStatus.IDLE, "its disk is full"
        oracle.end_trial(given)
        trial = oracle.create_trial(f"worker-{number}")
        assert trial.trial_id == given.trial_id
    finish(oracle, trial, 0.75)
    assert oracle.rounds[0].trials[0].quality == 0.75
    assert FAILURE not in oracle.trials[trial.trial_id].hyperparameters.values


def test_a_mistake_that_a_worker_finds_in_the_call_ends_the_chief(make):
    oracle = make()
    trial = sent(oracle.create_trial("worker-1"))
    trial.status, trial.hyperparameters.values[FAILURE] = TrialStatus.STOPPED, "labels from 1"
    oracle.end_trial(trial)
    with pytest.raises(SearchError, match="labels from 1"):
        run_chief(oracle, lambda: None)
    again = make()
    again.reload()
    assert again.create_trial("worker-1").trial_id == trial.trial_id


def test_the_message_of_a_failure_crosses_from_a_worker(make):
    oracle = make()
    trial = sent(oracle.create_trial("worker-1"))
    trial.status, trial.hyperparameters.values[FAILURE] = TrialStatus.FAILED, "ValueError: bad"
    oracle.end_trial(sent(trial))
    assert oracle.trials[trial.trial_id].message == "ValueError: bad"


def test_durations_are_kept(make, clock):
    oracle = make()
    trial = oracle.create_trial("worker-1")
    clock.now = 12.5
    finish(oracle, trial)
    assert oracle.history.durations == {trial.trial_id: 12.5}
    again = make()
    again.reload()
    assert again.history.durations == {trial.trial_id: 12.5}


def test_an_error_of_the_program_is_not_the_end_of_a_search_that_is_resumed(
    make, tmp_path, monkeypatch
):
    oracle = make()
    oracle.save()
    before = (tmp_path / "search" / "oracle.json").read_bytes()

    def broken(*args):
        raise OSError("no space left on device")

    monkeypatch.setattr("tuner.search.planning.plan_round", broken)
    assert oracle.create_trial("worker-1").status == "IDLE"  # it waits for another chief
    oracle.save()
    assert (tmp_path / "search" / "oracle.json").read_bytes() == before
    with pytest.raises(MachineFault, match="no space left on device"):
        run_chief(oracle, lambda: None)
    monkeypatch.undo()
    again = make()
    again.reload()
    assert again.create_trial("worker-1").status == "RUNNING"


def test_values_cross_to_a_worker_as_they_are(make):
    trial = make().create_trial("worker-1")
    assert sent(trial).hyperparameters.values == trial.hyperparameters.values
