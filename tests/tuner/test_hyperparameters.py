"""What `build` of a hypermodel of one's own asks for is searched together with the networks."""

import dataclasses
import itertools
import json
import zlib

import keras_tuner
import pytest
from click.testing import CliRunner

from memnas_cli.main import main
from memnas_tf.errors import ConfigError
from tests.helpers.formula import TEMPLATE
from tests.helpers.searches import FormulaTuner
from tuner import MemNASHyperModel, load_search
from tuner.oracle import MemNASOracle
from tuner.report.html.report import render_report
from tuner.report.search_data import load_search_data
from tuner.search.settings import SearchSettings

NAMES = {"lr", "units", "head"}


class Asking(MemNASHyperModel):
    """Asks for a rate, a head, and the width of the head that has one."""

    def build(self, hp):
        hp.Float("lr", 1e-4, 1e-1, sampling="log")
        hp.Choice("head", ["plain", "dense"])
        with hp.conditional_scope("head", ["dense"]):
            hp.Int("units", 4, 64)
        return super().build(hp)


class AskingTuner(FormulaTuner):
    """A trial's result depends on its rate alone."""

    def run_trial(self, trial, *args, **kwargs):
        values = trial.hyperparameters.values
        key = f"{values['genotype']}{values['lr']}{values.get('units')}"
        return {"val_accuracy": zlib.crc32(key.encode()) / 2**32}


def make_tuner(directory, hypermodel=None, kind=AskingTuner, **kwargs):
    arguments = {"max_rounds": 3, "trials_per_round": 6, **kwargs}
    return kind(
        hypermodel or Asking(TEMPLATE, max_cells=4),
        directory=directory,
        project_name="search",
        **arguments,
    )


def course(tuner):
    return [entry.to_state() for entry in tuner.oracle.rounds]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    tuner = make_tuner(tmp_path_factory.mktemp("finished"))
    tuner.search(verbose=0)
    return tuner


def test_the_first_round_draws_within_the_ranges(finished):
    drawn = [trial.hyperparameters for trial in finished.oracle.rounds[0].trials]
    assert len({values["lr"] for values in drawn}) == len(drawn)
    assert {values["head"] for values in drawn} == {"plain", "dense"}
    for values in drawn:
        assert 1e-4 <= values["lr"] <= 1e-1
        assert ("units" in values) == (values["head"] == "dense")
        assert 4 <= values.get("units", 4) <= 64


def test_later_rounds_keep_what_the_base_had_or_draw_anew_in_turn(finished):
    for before, entry in itertools.pairwise(finished.oracle.rounds):
        base = before.winning_trial.hyperparameters
        for position, trial in enumerate(entry.trials):
            assert (trial.hyperparameters == base) == (position % 2 == 0)


def test_a_trial_is_trained_with_what_was_planned(finished):
    for entry in finished.oracle.rounds:
        for trial in entry.trials:
            values = finished.oracle.trials[trial.trial_id].hyperparameters.values
            assert {name: values[name] for name in NAMES & set(values)} == trial.hyperparameters


def test_an_interrupted_search_draws_the_same(finished, tmp_path):
    class Interrupted(AskingTuner):
        def run_trial(self, trial, *args, **kwargs):
            if len(self.oracle.end_order) == 8:
                raise KeyboardInterrupt
            return super().run_trial(trial, *args, **kwargs)

    with pytest.raises(KeyboardInterrupt):
        make_tuner(tmp_path, kind=Interrupted).search(verbose=0)
    (tmp_path / "search" / "trial_0002" / "trial.json").unlink()
    resumed = make_tuner(tmp_path)
    resumed.search(verbose=0)
    assert course(resumed) == course(finished)
    values = resumed.oracle.trials["0002"].hyperparameters.values
    assert values == finished.oracle.trials["0002"].hyperparameters.values


def test_another_seed_draws_otherwise(finished, tmp_path):
    other = make_tuner(tmp_path, seed=1, max_rounds=1)
    other.search(verbose=0)
    rates = [
        [t.hyperparameters["lr"] for t in x.oracle.rounds[0].trials] for x in (other, finished)
    ]
    assert not set(rates[0]) & set(rates[1])


def test_the_order_in_which_workers_end_changes_nothing(tmp_path):
    def planned(order):
        hp = keras_tuner.HyperParameters()
        hp.Float("lr", 1e-4, 1e-1, sampling="log")
        settings = SearchSettings(TEMPLATE, 5, max_cells=4, trials_per_round=4, max_rounds=2)
        oracle = MemNASOracle(settings, hyperparameters=hp)
        oracle._set_project_dir(str(tmp_path / str(order[0])), "search")
        oracle.verbose = 0
        trials = [oracle.create_trial(f"t{i}") for i in range(4)]
        for i in order:
            accuracy = zlib.crc32(trials[i].hyperparameters.get("genotype").encode()) / 2**32
            oracle.update_trial(trials[i].trial_id, {"val_accuracy": accuracy})
            trials[i].status = "COMPLETED"
            oracle.end_trial(trials[i])
        oracle.create_trial("t0")
        return [trial.hyperparameters for entry in oracle.rounds for trial in entry.trials]

    first = planned([0, 1, 2, 3])
    assert len(first) == 8
    assert planned([3, 1, 0, 2]) == first


def test_fixed_ones_stay_as_they_are(tmp_path):
    hp = keras_tuner.HyperParameters()
    hp.Fixed("lr", 0.25)
    tuner = make_tuner(tmp_path, hyperparameters=hp, max_rounds=1)
    tuner.search(verbose=0)
    trials = tuner.oracle.rounds[0].trials
    assert {trial.hyperparameters["lr"] for trial in trials} == {0.25}
    assert {trial.hyperparameters["head"] for trial in trials} == {"plain", "dense"}


class Building(AskingTuner):
    """Builds as a training would."""

    def run_trial(self, trial, *args, **kwargs):
        self.hypermodel.build(trial.hyperparameters)
        return super().run_trial(trial, *args, **kwargs)


def test_new_entries_that_are_not_to_be_tuned_keep_their_defaults(tmp_path):
    tuner = make_tuner(
        tmp_path, kind=Building, tune_new_entries=False, max_rounds=2, trials_per_round=2
    )
    tuner.search(verbose=0)
    for entry in tuner.oracle.rounds:
        for trial in entry.trials:
            assert trial.hyperparameters == {"lr": 1e-4, "head": "plain"}


def test_new_entries_that_are_not_allowed_are_refused_before_the_first_trial(tmp_path):
    with pytest.raises(ConfigError, match=r"lr.*list them"):
        make_tuner(tmp_path, allow_new_entries=False)


def test_an_entry_that_only_a_later_build_asks_for_has_its_default_and_is_searched_then(tmp_path):
    class AskingLater(MemNASHyperModel):
        is_later = False

        def build(self, hp):
            if self.is_later:
                hp.Float("lr", 0.0, 1.0, default=0.5)
            return super().build(hp)

    hypermodel = AskingLater(TEMPLATE, max_cells=4)
    tuner = make_tuner(tmp_path, hypermodel, kind=Building, max_rounds=2, trials_per_round=2)
    hypermodel.is_later = True
    tuner.search(verbose=0)
    first, second = (
        [trial.hyperparameters["lr"] for trial in entry.trials] for entry in tuner.oracle.rounds
    )
    assert first == [0.5, 0.5]
    assert second[0] == 0.5
    assert second[1] != 0.5


@pytest.mark.parametrize("name", ["round", "cells", "genotype", "base", "failure"])
def test_a_name_that_a_search_uses_itself_is_refused(tmp_path, name):
    class Taken(MemNASHyperModel):
        def build(self, hp):
            hp.Choice(name, ["a", "b"])
            return super().build(hp)

    with pytest.raises(ConfigError, match=f"asks for '{name}'"):
        make_tuner(tmp_path, Taken(TEMPLATE, max_cells=4))
    given = keras_tuner.HyperParameters()
    given.Choice(name, ["a", "b"])
    with pytest.raises(ConfigError, match=f"hyperparameters has '{name}'"):
        make_tuner(tmp_path, hyperparameters=given)
    assert [hp.name for hp in given.space] == [name]  # and is left as it was


def test_no_network_is_trained_twice_whatever_its_hyperparameters(finished):
    trials = [trial for entry in finished.oracle.rounds for trial in entry.trials]
    assert len({trial.genotype for trial in trials}) == len(trials)


def test_commands_and_the_report_show_them(finished):
    directory = finished.project_dir
    best = load_search(directory).best
    words = f"lr {best.hyperparameters['lr']:.4g}"
    shown = CliRunner().invoke(main, ["show", str(directory)]).output
    assert f"hyperparameters       {words}" in shown
    for command in ("show", "status"):
        text = CliRunner().invoke(main, [command, str(directory), "--json"]).output
        assert json.loads(text)["best"]["hyperparameters"] == best.hyperparameters
    assert words in CliRunner().invoke(main, ["status", str(directory)]).output
    page = render_report(load_search_data(directory))
    assert page.count(words) >= 2  # in the table, and beside the network


def test_a_round_keeps_them_through_json(finished):
    entry = finished.oracle.rounds[0]
    again = type(entry).from_state(json.loads(json.dumps(entry.to_state())))
    assert [dataclasses.asdict(trial) for trial in again.trials] == [
        dataclasses.asdict(trial) for trial in entry.trials
    ]
    widths = [trial.hyperparameters.get("units", 4) for trial in again.trials]
    assert {type(width) for width in widths} == {int}  # not 5.0, which no layer takes
