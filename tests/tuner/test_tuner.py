import gc
import itertools
import shutil

import keras
import numpy as np
import pytest

from memnas_tf.documents import write_document
from memnas_tf.errors import SearchError
from memnas_tf.genotype import canonical_key, from_string
from tests.helpers.formula import TEMPLATE, formula
from tests.helpers.searches import FormulaTuner, make_tuner
from tuner import MemNASHyperModel, MemNASTuner, SearchListener, load_search


def course(tuner):
    """Everything that a search decided."""
    return [entry.to_state() for entry in tuner.oracle.rounds]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    tuner = make_tuner(tmp_path_factory.mktemp("finished"))
    tuner.search(verbose=0)
    return tuner


def test_a_search_runs_to_its_end(finished):
    rounds = finished.oracle.rounds
    assert [len(entry.trials) for entry in rounds] == [5, 5, 5, 5]
    assert [entry.number for entry in rounds] == [1, 2, 3, 4]
    assert finished.oracle.stop_reason == "reached max_rounds (4)"
    for before, after in itertools.pairwise(rounds):
        assert after.base == before.winning_trial.genotype
    assert all(trial.predicted is not None for trial in rounds[2].trials)


def test_the_objective_is_what_the_trial_reported(finished):
    for entry in finished.oracle.rounds:
        for trial in entry.trials:
            assert trial.quality == pytest.approx(formula(from_string(trial.genotype)))


def test_the_best_trial_is_the_search_s_answer(finished):
    best = finished.oracle.get_best_trials(1)[0]
    answer = load_search(finished.project_dir).best
    assert best.hyperparameters.get("genotype") == answer.genotype
    assert finished.get_best_hyperparameters()[0].get("genotype") == answer.genotype
    assert len(finished.oracle.get_best_trials(100)) == 20


@pytest.mark.parametrize("trials_before", [1, 5, 13])
def test_an_interrupted_search_goes_on_as_if_it_had_not_been(finished, tmp_path, trials_before):
    class Interrupted(FormulaTuner):
        def run_trial(self, trial, *args, **kwargs):
            if len(self.oracle.end_order) == trials_before:
                raise KeyboardInterrupt
            return super().run_trial(trial, *args, **kwargs)

    with pytest.raises(KeyboardInterrupt):
        make_tuner(tmp_path, Interrupted).search(verbose=0)
    resumed = make_tuner(tmp_path)
    resumed.search(verbose=0)
    assert course(resumed) == course(finished)


def test_a_search_killed_before_its_first_trial_is_found_again(finished, tmp_path):
    make_tuner(tmp_path)
    (tmp_path / "search" / "tuner0.json").unlink()
    resumed = make_tuner(tmp_path)
    resumed.search(verbose=0)
    assert course(resumed) == course(finished)


def test_the_oracle_survives_the_loss_of_the_tuner_s_file(tmp_path):
    tuner = make_tuner(tmp_path, max_rounds=2)
    tuner.search(verbose=0)
    (tmp_path / "search" / "tuner0.json").unlink()
    assert course(make_tuner(tmp_path, max_rounds=2)) == course(tuner)


def test_a_search_with_a_tuner_id_of_its_own_goes_on(finished, tmp_path):
    class Interrupted(FormulaTuner):
        def run_trial(self, trial, *args, **kwargs):
            if len(self.oracle.end_order) == 3:
                raise KeyboardInterrupt
            return super().run_trial(trial, *args, **kwargs)

    with pytest.raises(KeyboardInterrupt):
        make_tuner(tmp_path, Interrupted, tuner_id="mine").search(verbose=0)
    resumed = make_tuner(tmp_path, tuner_id="mine")
    assert len(resumed.oracle.end_order) == 3
    resumed.search(verbose=0)
    assert resumed.oracle.history.rounds == finished.oracle.history.rounds


def test_a_trial_that_no_round_knows_is_forgotten(finished, tmp_path):
    """The oracle was killed between the trial's file and its own."""
    make_tuner(tmp_path)
    zombie = tmp_path / "search" / "trial_0000"
    zombie.mkdir()
    trial = finished.oracle.trials["0000"].get_state()
    write_document(zombie / "trial.json", {"schema": 2, **trial, "status": "RUNNING"})
    resumed = make_tuner(tmp_path)
    resumed.search(verbose=0)
    assert course(resumed) == course(finished)


def test_a_finished_search_stays_finished(tmp_path):
    make_tuner(tmp_path, max_rounds=1).search(verbose=0)

    class Untouched(FormulaTuner):
        def run_trial(self, trial, *args, **kwargs):
            raise AssertionError("a finished search ran a trial")

    again = make_tuner(tmp_path, Untouched, max_rounds=1)
    again.search(verbose=0)
    assert len(again.oracle.rounds) == 1


def test_a_failed_candidate_is_recorded_and_not_tried_again(tmp_path):
    class Failing(FormulaTuner):
        fails = staticmethod(lambda trial: trial.trial_id in ("0001", "0007"))

    tuner = make_tuner(tmp_path, Failing)
    tuner.search(verbose=0)
    failed = [t for entry in tuner.oracle.rounds for t in entry.trials if t.status == "failed"]
    assert len(failed) == 2
    message = "RuntimeError: candidate 0001 was made to fail (see trial_0001/error.txt)"
    assert tuner.oracle.trials["0001"].message == message
    text = (tmp_path / "search" / "trial_0001" / "error.txt").read_text()
    assert "Traceback" in text and "in run_trial" in text
    keys = [
        canonical_key(from_string(trial.genotype))
        for entry in tuner.oracle.rounds
        for trial in entry.trials
    ]
    assert len(keys) == len(set(keys)) == 20


def test_a_round_of_failures_ends_the_search_with_a_reason(tmp_path):
    class Failing(FormulaTuner):
        fails = staticmethod(lambda trial: True)

    with pytest.raises(SearchError, match="found nothing: all 5 trials of round 1 failed"):
        make_tuner(tmp_path, Failing).search(verbose=0)


def test_the_listener_hears_of_everything(tmp_path):
    heard = []

    class Listener(SearchListener):
        def on_search_begin(self, history):
            heard.append("search")

        def on_trial_begin(self, history, trial):
            heard.append(f"begin {trial.trial_id} {trial.status}")

        def on_trial_end(self, history, trial):
            heard.append(f"end {trial.trial_id} {trial.status}")

        def on_search_end(self, history):
            heard.append(history.stop_reason)

    tuner = make_tuner(tmp_path, max_rounds=1, trials_per_round=2, listener=Listener())
    tuner.search(verbose=0)
    assert heard == [
        "search",
        "begin 0000 running",
        "end 0000 completed",
        "begin 0001 running",
        "end 0001 completed",
        "reached max_rounds (1)",
    ]


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(0)
    return rng.normal(size=(48, 8, 8, 1)).astype("float32"), rng.integers(0, 3, 48)


def real_tuner(directory, **kwargs):
    hypermodel = MemNASHyperModel(TEMPLATE, max_cells=3, learning_rate=0.05)
    return MemNASTuner(
        hypermodel,
        max_rounds=1,
        trials_per_round=2,
        directory=directory,
        project_name="search",
        **kwargs,
    )


def test_real_training_gives_models_with_the_weights_of_their_best_epoch(tmp_path, images):
    x, y = images
    tuner = real_tuner(tmp_path)
    tuner.search(x[:32], y[:32], validation_data=(x[32:], y[32:]), epochs=2, verbose=0)
    best = tuner.oracle.get_best_trials(1)[0]
    (model,) = tuner.get_best_models()
    assert isinstance(model, keras.Model)
    _, accuracy = model.evaluate(x[32:], y[32:], verbose=0)
    assert accuracy == pytest.approx(best.score)


def test_networks_above_keras_tuner_s_own_limit_fail_by_name(tmp_path, images):
    with pytest.raises(SearchError, match="Oversized model"):
        real_tuner(tmp_path, max_model_size=10).search(*images, verbose=0)


def test_a_candidate_s_result_does_not_depend_on_what_ran_before(tmp_path, images):
    x, y = images

    def losses(tuner, trials):
        for trial in trials:
            shutil.rmtree(tuner.get_trial_dir(trial.trial_id))  # or it would be gone on with
        return [
            tuner.run_trial(
                trial, x[:32], y[:32], validation_data=(x[32:], y[32:]), epochs=1, verbose=0
            )[0].history["loss"]
            for trial in trials
        ]

    tuner = real_tuner(tmp_path)
    trials = [tuner.oracle.create_trial("a"), tuner.oracle.create_trial("b")]
    forwards = []
    for trial in trials:
        forwards += losses(tuner, [trial])
    backwards = []
    for trial in reversed(trials):
        backwards += losses(tuner, [trial])
    assert forwards == backwards[::-1]


def test_garbage_is_collected_again_after_a_search(tmp_path):
    make_tuner(tmp_path, max_rounds=1).search(verbose=0)
    assert gc.get_freeze_count() == 0


def test_results_summary_prints_the_best(finished, capsys):
    finished.results_summary(1)
    assert load_search(finished.project_dir).best.genotype in capsys.readouterr().out


def test_a_trial_carries_its_memory(finished):
    trial = finished.oracle.rounds[1].trials[0]
    values = finished.oracle.trials[trial.trial_id].hyperparameters.values
    for name in ("parameter_bytes", "lifetime_bytes", "arena_bytes"):
        assert values[name] == getattr(trial, name) > 0
