"""Which way a number is better is looked at wherever it is compared or shown."""

import json
import shutil
from dataclasses import asdict

import keras
import keras_tuner
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from memnas_cli.main import main
from memnas_tf.errors import ConfigError, SearchError
from memnas_tf.genotype import from_string
from tests.helpers import searches
from tests.helpers.formula import formula
from tests.helpers.searches import FormulaTuner
from tuner import load_search
from tuner.keras_objective import keras_objective, read_objective
from tuner.objective import SearchObjective
from tuner.report.html.report import render_report
from tuner.report.search_data import load_search_data

ERROR = keras_tuner.Objective("val_error", "min")


class ErrorTuner(FormulaTuner):
    """Reports what is missing to an accuracy of 1, which is to be small."""

    def run_trial(self, trial, *args, **kwargs):
        return {"val_error": 1 - formula(from_string(trial.hyperparameters.get("genotype")))}


class LossAndAccuracyTuner(FormulaTuner):
    def run_trial(self, trial, *args, **kwargs):
        accuracy = formula(from_string(trial.hyperparameters.get("genotype")))
        history = keras.callbacks.History()
        history.history = {"val_loss": [3.0, 2 - accuracy], "val_accuracy": [0.1, accuracy]}
        return history


def make_tuner(directory, *kind, **kwargs):
    return searches.make_tuner(directory, *kind, **{"max_rounds": 3, **kwargs})


def course(tuner):
    return [
        (entry.base, entry.winner, [(trial.genotype, trial.status) for trial in entry.trials])
        for entry in tuner.oracle.rounds
    ]


@pytest.fixture(scope="module")
def large_is_better(tmp_path_factory):
    tuner = make_tuner(tmp_path_factory.mktemp("max"))
    tuner.search(verbose=0)
    return tuner


@pytest.fixture(scope="module")
def small_is_better(tmp_path_factory):
    tuner = make_tuner(tmp_path_factory.mktemp("min"), ErrorTuner, objective=ERROR)
    tuner.search(verbose=0)
    return tuner


def test_a_search_for_the_smallest_error_is_that_for_the_largest_accuracy(
    large_is_better, small_is_better
):
    """In planning, ranking, winners and the order of trials alike."""
    assert course(small_is_better) == course(large_is_better)
    by_error, by_accuracy = (
        [trial.trial_id for trial in tuner.oracle.get_best_trials(20)]
        for tuner in (small_is_better, large_is_better)
    )
    assert by_error == by_accuracy


def test_the_same_holds_of_rungs(tmp_path):
    rungs = {"rungs": (2,), "reduction_factor": 2, "max_rounds": 2}
    tuners = [
        make_tuner(tmp_path / "max", **rungs),
        make_tuner(tmp_path / "min", ErrorTuner, objective=ERROR, **rungs),
    ]
    for tuner in tuners:
        tuner.search(verbose=0)
    assert course(tuners[0]) == course(tuners[1])
    assert "stopped" in {
        trial.status for entry in tuners[1].oracle.rounds for trial in entry.trials
    }


def test_objectives_in_a_list_are_added_up_each_in_its_direction(large_is_better, tmp_path):
    objective = ["val_loss", keras_tuner.Objective("val_accuracy", "max")]
    tuner = make_tuner(tmp_path, LossAndAccuracyTuner, objective=objective)
    tuner.search(verbose=0)
    assert course(tuner) == course(large_is_better)


def test_a_trial_keeps_what_it_reported(small_is_better):
    for trial in small_is_better.oracle.trials.values():
        expected = 1 - formula(from_string(trial.hyperparameters.get("genotype")))
        assert trial.score == pytest.approx(expected)


def test_a_resumed_search_remakes_a_lost_trial_with_what_it_reported(small_is_better, tmp_path):
    shutil.copytree(small_is_better.project_dir, tmp_path / "search")
    (tmp_path / "search" / "trial_0003" / "trial.json").unlink()
    again = make_tuner(tmp_path, ErrorTuner, objective=ERROR)
    assert again.oracle.trials["0003"].score == small_is_better.oracle.trials["0003"].score
    assert again.oracle.trials["0003"].metrics.get_direction("val_error") == "min"


def test_a_search_does_not_go_on_with_another_objective(small_is_better):
    directory = str(small_is_better.project_dir).removesuffix("/search")
    with pytest.raises(SearchError, match=r"'val_error \(min\)' there, 'val_loss \(min\)' now"):
        make_tuner(directory, objective="val_loss")
    with pytest.raises(SearchError, match=r"'val_error \(min\)' there, 'val_error \(max\)' now"):
        make_tuner(directory, objective=keras_tuner.Objective("val_error", "max"))


@pytest.mark.parametrize(
    ("objective", "fault"),
    [
        ("val_f1", "direction='max'"),
        (keras_tuner.Objective("val_f1", "maximise"), "must be 'max'"),
        (["val_loss", keras_tuner.Objective("val_f1", None)], "must be 'max'"),
        ([], "at least one"),
        (["val_loss", "val_loss"], "each once"),
        (7, "cannot take 7"),
        (type("Mine", (keras_tuner.Objective,), {})("a", "max"), "use keras_tuner.Objective"),
    ],
)
def test_an_objective_whose_direction_is_not_known_is_refused(objective, fault):
    with pytest.raises(ConfigError) as caught:
        read_objective(objective)
    assert fault in str(caught.value)


@pytest.mark.parametrize("objective", ["val_loss", "val_accuracy", None, ["val_loss", "accuracy"]])
def test_keras_tuner_gets_back_the_objective_that_it_would_have_made(objective):
    made = keras_tuner.Oracle(objective).objective
    again = keras_objective(read_objective(objective))
    assert type(again) is type(made)
    assert str(again) == str(made)


def test_settings_keep_it_through_json():
    objective = read_objective(["val_loss", "val_accuracy"])
    assert SearchObjective.from_state(json.loads(json.dumps(asdict(objective)))) == objective


@given(st.floats(-10, 10), st.floats(-10, 10), st.sampled_from(["min", "max"]))
def test_more_quality_is_the_better_score(one, other, direction):
    objective = SearchObjective("val_x", direction)
    better = keras_objective(objective).better_than(one, other)
    assert better == (objective.quality(one) > objective.quality(other))
    assert objective.score(objective.quality(one)) == one


@given(st.floats(0, 10), st.floats(0, 1))
def test_the_quality_of_an_epoch_is_that_of_what_keras_tuner_adds_up(loss, accuracy):
    objective = read_objective(["val_loss", "val_accuracy"])
    logs = {"loss": 1.0, "val_loss": loss, "val_accuracy": accuracy}
    assert objective.score(objective.quality_of(logs)) == pytest.approx(
        keras_objective(objective).get_value(logs)
    )
    assert objective.quality_of({"val_loss": loss}) is None


def test_an_accuracy_is_written_in_percent_and_all_else_as_it_is():
    assert SearchObjective().format(0.4211) == "42.1 %"
    assert SearchObjective("val_loss", "min").format(-0.4211) == "val_loss 0.4211"
    assert SearchObjective("val_loss", "min").format_number(-12.34567) == "12.35"
    assert SearchObjective("val_loss", "min").description == "val_loss (less is better)"


def test_commands_name_the_objective_and_never_write_a_loss_in_percent(small_is_better, tmp_path):
    directory = small_is_better.project_dir
    best = load_search(directory).best
    shown = f"{-best.quality:.4g}"

    def memnas(*arguments):
        result = CliRunner().invoke(main, [*map(str, arguments)])
        assert result.exit_code == 0, result.output
        return result.output

    for command in ("show", "status"):
        text = memnas(command, directory)
        assert f"val_error {shown}" in " ".join(text.split())
        assert "%" not in text
        document = json.loads(memnas(command, directory, "--json"))
        assert document["best"]["val_error"] == -best.quality
        assert "val_accuracy" not in json.dumps(document)
    page = render_report(load_search_data(directory))
    assert f"<dd>{shown}</dd>" in page
    assert "validation accuracy" not in page


def test_searches_of_different_objectives_are_not_compared(large_is_better, small_is_better):
    directories = [str(tuner.project_dir) for tuner in (large_is_better, small_is_better)]
    result = CliRunner().invoke(main, ["compare", *directories])
    assert result.exit_code == 2
    assert "val_error (min)" in result.output


def test_searches_of_one_objective_are_compared_by_it(small_is_better, tmp_path):
    other = make_tuner(tmp_path, ErrorTuner, objective=ERROR, seed=3, max_rounds=2)
    other.search(verbose=0)
    directories = [str(tuner.project_dir) for tuner in (small_is_better, other)]
    output = tmp_path / "page.html"
    result = CliRunner().invoke(main, ["compare", *directories, "--to", str(output)])
    assert result.exit_code == 0, result.output
    assert "val_error" in result.output
    assert "%" not in result.output.replace("95 %", "")
    document = json.loads(CliRunner().invoke(main, ["compare", *directories, "--json"]).output)
    errors = [trial.score for trial in small_is_better.oracle.trials.values()]
    assert document["searches"][0]["best_val_error"] == pytest.approx(min(errors))
