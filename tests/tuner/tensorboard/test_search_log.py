"""What the process that plans a search's rounds writes, of searches that nobody ran."""

from dataclasses import replace

import pytest

from tests.helpers.event_reader import Run
from tests.helpers.histories import made_up_history, write_search
from tuner.report.ranking_quality import ranking_quality
from tuner.report.search_data import load_search_data
from tuner.report.spending import spending
from tuner.tensorboard import values
from tuner.tensorboard.search_log import SearchLog


@pytest.fixture(scope="module")
def search(tmp_path_factory):
    """A search of three rounds, its directory with its logs, and what they hold of the search."""
    history = made_up_history(3, 3)
    project = write_search(history, tmp_path_factory.mktemp("search") / "made-up")
    SearchLog(project).on_search_begin(history)
    return history, project, Run(project / "logs" / "search")


def files(project):
    return {path: path.stat().st_mtime_ns for path in project.glob("logs/*/*")}


def test_the_numbers_are_those_of_each_round(search):
    history, project, run = search
    winners = [entry.winning_trial for entry in history.rounds]
    assert run.steps("winner/val_accuracy") == [1, 2, 3]
    for tag, wanted in {
        "winner/val_accuracy": [trial.quality for trial in winners],
        "winner/parameters_kB": [trial.parameter_bytes / 1000 for trial in winners],
        "winner/lifetime_kB": [trial.intermediate_bytes / 1000 for trial in winners],
        "winner/memory_efficiency": [trial.efficiency for trial in winners],
        "spending/trials_in_all": [3, 6, 9],
    }.items():
        assert run.scalars(tag) == pytest.approx(wanted, rel=1e-6, abs=1e-6)
    spent = spending(load_search_data(project))
    assert run.scalars("spending/epochs") == [entry.epochs for entry in spent] == [15, 15, 15]
    hours = [entry.seconds / 3600 for entry in spent]
    assert run.scalars("spending/hours") == pytest.approx(hours)
    assert run.scalars("spending/hours_in_all")[-1] == pytest.approx(sum(hours))


def test_the_ranker_is_judged_in_the_rounds_that_it_ranked(search):
    history, _, run = search
    (quality,) = ranking_quality(history.rounds)
    assert run.steps("ranker/AP") == [quality.number]
    for tag, wanted in (("AP", quality.ap), ("NDCG", quality.ndcg), ("kendall_tau", quality.tau)):
        assert run.scalars(f"ranker/{tag}") == pytest.approx([wanted])
    assert run.steps("ranker/expected_and_measured") == [quality.number]


def test_there_is_a_picture_of_each_kind_for_each_round(search):
    _, _, run = search
    kinds = ["parameters", "intermediates", "both"]
    tags = {f"accuracy_against_memory/{kind}" for kind in kinds} | {
        "winners/rounds",
        "winners/family_tree",
        "spending/rounds",
    }
    assert tags | {"ranker/expected_and_measured", "ranker/quality"} == run.tags("images")
    for tag in tags:
        assert run.steps(tag) == [1, 2, 3]
        assert run.image(tag).width >= 500
    assert run.tags("text") == {"search/settings", "search/answer"}
    assert "trials_per_round: 3" in run.text("search/settings")


def test_writing_again_writes_nothing(search):
    history, project, _ = search
    before = files(project)
    assert len(before) == 1 + 3 + 9 * 3
    SearchLog(project).on_search_begin(history)
    assert files(project) == before


def test_what_is_missing_is_written_and_the_rest_left_alone(search):
    history, project, _ = search
    before = files(project)
    lost = [
        project / "logs" / "search" / "events.out.tfevents.00002.round",
        project / "logs" / "0004" / "events.out.tfevents.4.end",
    ]
    for path in lost:
        path.unlink()
    SearchLog(project).on_search_begin(history)
    after = files(project)
    assert {path for path in after if after[path] != before.get(path)} == set(lost)
    assert set(after) == set(before)


def test_a_round_under_way_shows_its_trials_and_no_summary(tmp_path):
    history = replace(made_up_history(1, 3), stop_reason=None)
    (entry,) = history.rounds
    entry.winner = None
    for trial in entry.trials:
        trial.efficiency = None
    entry.trials[1].status, entry.trials[1].quality = "running", None
    entry.trials[2].status, entry.trials[2].trial_id = "planned", None
    SearchLog(tmp_path).on_trial_begin(history, entry.trials[1])
    assert {path.name for path in (tmp_path / "logs").iterdir()} == {"0000", "0001", "search"}
    assert len(list((tmp_path / "logs" / "search").iterdir())) == 1
    assert Run(tmp_path / "logs" / "0000").hparams()[1] == 1
    assert Run(tmp_path / "logs" / "0001").hparams()[1] is None


def test_a_fault_of_one_file_leaves_the_others(tmp_path, caplog):
    history = made_up_history(1, 2)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "0000").write_text("where a folder should be")
    SearchLog(tmp_path).on_search_begin(history)
    assert Run(tmp_path / "logs" / "0001").hparams()[1] == 1
    assert Run(tmp_path / "logs" / "search").steps("winner/val_accuracy") == [1]
    assert "logs lack something" in caplog.text


def test_a_fault_of_the_program_is_logged_and_no_more(tmp_path, caplog, monkeypatch):
    def broken(*arguments):
        raise ZeroDivisionError("made to fail")

    monkeypatch.setattr(values.tensor_util, "make_tensor_proto", broken)
    SearchLog(tmp_path).on_search_begin(made_up_history(1, 1))
    assert "made to fail" in caplog.text
