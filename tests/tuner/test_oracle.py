import errno
import json
import math
import os
import threading
from dataclasses import replace

import keras_tuner
import pytest
from keras_tuner.engine.trial import TrialStatus

from memnas_tf.errors import ConfigError, SearchError
from memnas_tf.genotype import load_genotype, to_string
from memnas_tf.memory import memory_target
from tests.helpers.formula import TEMPLATE
from tests.helpers.searches import FormulaTuner, make_tuner
from tuner.history import load_search
from tuner.oracle import MemNASOracle
from tuner.search import Search, SearchSettings
from tuner.trials.machine_faults import MachineFault


@pytest.fixture
def oracle(tmp_path):
    settings = SearchSettings(TEMPLATE, 5, max_cells=4, trials_per_round=3, max_rounds=2)
    oracle = MemNASOracle(settings)
    oracle._set_project_dir(str(tmp_path), "search")
    oracle.verbose = 0
    return oracle


def finish(oracle, trial, accuracy=0.5):
    oracle.update_trial(trial.trial_id, {"val_accuracy": accuracy})
    trial.status = TrialStatus.COMPLETED
    oracle.end_trial(trial)


def is_free(oracle):
    """Whether another thread gets the oracle's lock."""
    done = threading.Event()

    def ask():
        oracle.create_trial("another")
        done.set()

    threading.Thread(target=ask, daemon=True).start()
    return done.wait(timeout=20)


def test_a_round_is_handed_out_whole_then_waited_for(oracle):
    trials = [oracle.create_trial(f"tuner{i}") for i in range(4)]
    assert [trial.status for trial in trials] == ["RUNNING"] * 3 + ["IDLE"]
    assert len({trial.hyperparameters.get("genotype") for trial in trials[:3]}) == 3
    for trial in trials[:3]:
        finish(oracle, trial)
    assert oracle.create_trial("tuner0").hyperparameters.get("round") == 2


def test_values_are_plain_types(oracle):
    values = oracle.create_trial("tuner0").hyperparameters.values
    assert {type(value) for value in values.values()} <= {str, bool, int, float}
    assert json.loads(json.dumps(values)) == values


def test_other_hyperparameters_are_drawn_from_the_seed(tmp_path):
    hp = keras_tuner.HyperParameters()
    hp.Float("learning_rate", 1e-4, 1e-1, default=0.01)
    settings = SearchSettings(TEMPLATE, 5, max_cells=4, trials_per_round=3, max_rounds=2)
    oracle = MemNASOracle(settings, hyperparameters=hp)
    oracle._set_project_dir(str(tmp_path), "search")
    oracle.verbose = 0
    values = [oracle.create_trial(f"t{i}").hyperparameters.values for i in range(3)]
    drawn = [trial.hyperparameters["learning_rate"] for trial in oracle.rounds[0].trials]
    assert [value["learning_rate"] for value in values] == drawn
    assert len(set(drawn)) == 3


@pytest.mark.parametrize("accuracy", [math.nan, math.inf])
def test_a_result_that_is_no_number_is_a_failure(oracle, accuracy):
    trial = oracle.create_trial("tuner0")
    finish(oracle, trial, accuracy)
    assert oracle.trials[trial.trial_id].status == "FAILED"
    assert oracle.rounds[0].trials[0].status == "failed"
    assert is_free(oracle)


def test_a_completed_trial_without_the_objective_is_a_failure(oracle):
    trial = oracle.create_trial("tuner0")
    trial.status = TrialStatus.COMPLETED
    oracle.end_trial(trial)
    assert oracle.rounds[0].trials[0].status == "failed"
    assert is_free(oracle)


def test_a_retry_forgets_the_result_of_the_first_try(oracle):
    oracle.max_retries_per_trial = 1
    trial = oracle.create_trial("tuner0")
    finish(oracle, trial, math.nan)
    again = oracle.create_trial("tuner0")
    assert again.trial_id == trial.trial_id
    finish(oracle, again, 0.75)
    assert oracle.rounds[0].trials[0].quality == 0.75


def test_a_trial_cut_off_after_its_report_reports_again(tmp_path, monkeypatch):
    """KerasTuner keeps the metrics of the first report, and warns of the second."""
    monkeypatch.setattr(MemNASOracle, "end_trial", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make_tuner(tmp_path, max_rounds=1).search(verbose=0)
    monkeypatch.undo()
    tuner = make_tuner(tmp_path, max_rounds=1)
    tuner.search(verbose=0)
    assert {trial.status for trial in tuner.oracle.rounds[0].trials} == {"completed"}


def test_an_error_while_planning_stops_the_oracle_and_frees_the_lock(oracle, monkeypatch, caplog):
    def broken(*args):
        raise ZeroDivisionError("made to fail")

    monkeypatch.setattr("tuner.search.planning.plan_round", broken)
    assert oracle.create_trial("tuner0").status == "STOPPED"
    assert "internal error (ZeroDivisionError: made to fail)" in str(oracle.error)
    assert "made to fail" in caplog.text
    assert oracle.stop_reason is None
    assert is_free(oracle)


@pytest.mark.parametrize(("owner", "method"), [(Search, "ask"), (MemNASOracle, "_free")])
def test_an_error_in_the_oracle_is_raised_and_the_same_call_goes_on(
    tmp_path, monkeypatch, owner, method
):
    """Whether it comes once, from the machine, or for ever, from the program."""
    make_tuner(tmp_path / "whole", max_rounds=2).search(verbose=0)
    whole = load_search(tmp_path / "whole" / "search").rounds

    def fail(error):
        def raise_it(*args):
            raise error

        return raise_it

    monkeypatch.setattr(owner, method, fail(ZeroDivisionError("made to fail")))
    with pytest.raises(SearchError, match="internal error"):
        make_tuner(tmp_path, max_rounds=2).search(verbose=0)
    monkeypatch.setattr(owner, method, fail(OSError(errno.ENOSPC, "disk full")))
    tuner = make_tuner(tmp_path, max_rounds=2)
    with pytest.raises(MachineFault, match="disk full"):
        tuner.search(verbose=0)
    monkeypatch.undo()
    tuner.search(verbose=0)  # of the same process too
    assert load_search(tmp_path / "search").rounds == whole


def test_a_full_disk_at_any_write_changes_nothing(tmp_path, monkeypatch):
    """The ends of a trial, a round and the search are among them."""
    make_tuner(tmp_path / "whole", max_rounds=2, trials_per_round=2).search(verbose=0)
    whole = load_search(tmp_path / "whole" / "search")
    fsync, written = os.fsync, []

    def full_once(descriptor):
        written.append(descriptor)
        if len(written) == number:
            raise OSError(errno.ENOSPC, "No space left on device")
        return fsync(descriptor)

    faults = 0
    for number in range(2, 200, 5):
        written.clear()
        directory = tmp_path / str(number)
        tuner = make_tuner(directory, max_rounds=2, trials_per_round=2)
        monkeypatch.setattr(os, "fsync", full_once)
        try:
            tuner.search(verbose=0)
        except MachineFault:
            faults += 1
        monkeypatch.undo()
        if len(written) < number:
            break
        make_tuner(directory, max_rounds=2, trials_per_round=2).search(verbose=0)
        found = load_search(directory / "search")
        assert (found.rounds, found.stop_reason) == (whole.rounds, whole.stop_reason)
    assert faults > 3


def test_memory_that_runs_out_in_a_ranker_does_not_draw_a_round_at_random(tmp_path, monkeypatch):
    class Broken:
        def fit(self, rounds):
            raise MemoryError

    sizes = {"max_rounds": 3, "trials_per_round": 3, "ranker": "ridge-trees"}
    make_tuner(tmp_path / "whole", **sizes).search(verbose=0)
    monkeypatch.setattr("tuner.search.planning.make_ranker", lambda *args, **kwargs: Broken())
    with pytest.raises(MachineFault, match="MemoryError"):
        make_tuner(tmp_path, **sizes).search(verbose=0)
    monkeypatch.undo()
    make_tuner(tmp_path, **sizes).search(verbose=0)
    found, whole = (load_search(path / "search") for path in (tmp_path, tmp_path / "whole"))
    assert found.rounds == whole.rounds


def test_a_ranker_that_fails_costs_a_random_round_only(oracle, monkeypatch, caplog):
    class Broken:
        def fit(self, rounds):
            raise FloatingPointError("no gradient")

    monkeypatch.setattr("tuner.search.planning.make_ranker", lambda *args, **kwargs: Broken())
    oracle.search.settings = SearchSettings(
        TEMPLATE, 5, max_cells=4, trials_per_round=3, max_rounds=3
    )
    for _ in range(6):
        finish(oracle, oracle.create_trial("tuner0"))
    trial = oracle.create_trial("tuner0")
    assert trial.hyperparameters.get("round") == 3
    assert "drawing this round at random" in caplog.text


def test_a_tuner_gets_its_ongoing_trial_back(oracle):
    first = oracle.create_trial("tuner0")
    assert oracle.create_trial("tuner0").trial_id == first.trial_id


def test_the_state_on_disk_is_whole_after_every_call(oracle, tmp_path):
    trial = oracle.create_trial("tuner0")
    directory = tmp_path / "search"
    assert load_search(directory).rounds[0].trials[0].status == "running"
    finish(oracle, trial)
    assert load_search(directory).rounds[0].trials[0].status == "completed"
    state = json.loads((directory / "oracle.json").read_text())
    assert state["ongoing_trials"] == {}
    assert not list(directory.glob("**/.memnas-*"))


def test_seed_0_is_0(tmp_path):
    settings = SearchSettings(TEMPLATE, 5, seed=0)
    assert MemNASOracle(settings).seed == 0


def test_the_best_genotype_is_written_after_every_round(tmp_path):
    tuner = make_tuner(tmp_path, max_rounds=1)
    tuner.search(verbose=0)
    best = load_search(tmp_path / "search").best
    assert to_string(load_genotype(str(tmp_path / "search"))) == best.genotype


def test_max_trials_plans_a_shorter_last_round(tmp_path):
    tuner = make_tuner(tmp_path, max_trials=7)
    tuner.search(verbose=0)
    assert [len(entry.trials) for entry in tuner.oracle.rounds] == [5, 2]
    assert tuner.oracle.rounds[-1].winner is not None
    assert tuner.oracle.stop_reason == "reached max_trials (7)"
    assert tuner.remaining_trials == 0


def test_failures_in_a_row_end_the_search_where_asked_for(tmp_path):
    class Failing(FormulaTuner):
        fails = staticmethod(lambda trial: int(trial.trial_id) >= 2)

    tuner = make_tuner(tmp_path, Failing, max_consecutive_failed_trials=2)
    with pytest.raises(Exception, match="2 trials in a row failed"):
        tuner.search(verbose=0)


def test_budgets_that_nothing_keeps_to_are_refused_before_there_is_a_lock_to_hold(tmp_path):
    settings = SearchSettings(TEMPLATE, 5, target=memory_target(max_arena=2303))
    with pytest.raises(ConfigError, match="no network of the first round fits"):
        MemNASOracle(settings)


def test_a_later_round_in_which_nothing_fits_ends_the_search_and_frees_the_lock(oracle):
    for _ in range(3):
        finish(oracle, oracle.create_trial("tuner0"))
    best = oracle.history.best
    oracle.search.settings = replace(oracle.settings, target=memory_target(max_parameters=100))
    assert oracle.create_trial("tuner0").status == "STOPPED"
    assert oracle.stop_reason.startswith("found no candidate of round 2 that fits")
    assert is_free(oracle)
    read = load_search(oracle._project_dir)
    assert read.stop_reason == oracle.stop_reason
    assert read.best == best
