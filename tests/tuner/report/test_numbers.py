"""The numbers behind the pictures, against values worked out by hand."""

import dataclasses

import pytest

from memnas_tf.errors import ConfigError, SearchError
from memnas_tf.training.record import load_record
from tests.helpers.histories import made_up_history, write_search
from tuner.objective import SearchObjective
from tuner.report.comparison import Compared, differing_settings, load_searches, seed_groups, sweeps
from tuner.report.figures.accuracy_memory import pareto_front
from tuner.report.html.trials_table import columns, table_rows
from tuner.report.intervals import mean_interval
from tuner.report.ranking_quality import ranking_quality
from tuner.report.search_data import load_search_data
from tuner.report.spending import RoundSpending, best_so_far, spending


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    directory = tmp_path_factory.mktemp("numbers") / "search"
    return load_search_data(write_search(made_up_history(3, 3), directory))


def test_the_front_has_what_nothing_beats():
    points = [(3, 0.9), (1, 0.5), (2, 0.5), (2, 0.7), (4, 0.8), (1, 0.4), (3, 0.9)]
    assert pareto_front(points) == [1, 3, 0]
    assert pareto_front([]) == []


def test_a_confidence_interval_by_hand():
    """Mean 4, deviation 2, t of 0.975 with two degrees of freedom 4.302653."""
    interval = mean_interval([2.0, 4.0, 6.0])
    assert (interval.count, interval.mean) == (3, 4.0)
    assert interval.half_width == pytest.approx(4.302653 * 2 / 3**0.5, rel=1e-6)
    assert mean_interval([5.0]).half_width is None


def test_the_spending_by_hand(data):
    """A trial trains five epochs; the n-th takes 90 + n seconds."""
    assert spending(data) == [
        RoundSpending(1, 90 + 91 + 92, 15),
        RoundSpending(2, 93 + 94 + 95, 15),
        RoundSpending(3, 96 + 97 + 98, 15),
    ]


def test_the_best_so_far_never_falls(data):
    course = list(best_so_far(data))
    assert [epochs for epochs, _ in course] == [5 * n for n in range(1, 10)]
    best = [accuracy for _, accuracy in course]
    assert best == sorted(best)
    assert best[-1] == max(trial.quality for trial in data.trials)


def test_epochs_without_a_record_are_those_of_the_settings(tmp_path):
    history = made_up_history(1, 3, training={"epochs": 7})
    without = load_search_data(write_search(history, tmp_path / "a", records=False))
    assert spending(without)[0].epochs == 21


def test_epochs_of_trials_that_inherit_are_their_own_and_those_of_their_bases(tmp_path):
    history = made_up_history(2, 1, training={"epochs": 7}, inherit_epochs=2)
    without = load_search_data(write_search(history, tmp_path / "a", records=False))
    assert [entry.epochs for entry in spending(without)] == [7, 2]
    file = write_search(history, tmp_path / "b") / "trial_0001" / "training.json"
    record = load_record(file)
    record.base, record.inherited_epochs = "0000", 5
    record.save(file)
    data = load_search_data(tmp_path / "b")
    assert [data.epochs(trial) for trial in data.trials] == [5, 5]
    assert [data.cumulative_epochs(trial) for trial in data.trials] == [5, 10]
    column = [column.name for column in columns(SearchObjective())].index("with its bases'")
    assert [row.cells[column].text for row in table_rows(data)] == ["5", "10"]


def test_the_quality_of_a_ranking_by_hand():
    history = made_up_history(3, 4)
    last = history.rounds[-1]
    for trial, predicted, measured in zip(
        last.trials, (4.0, 3.0, 2.0, 1.0), (0.3, 0.4, 0.1, 0.2), strict=True
    ):
        trial.predicted, trial.efficiency = predicted, measured
    (quality,) = ranking_quality(history.rounds)
    assert (quality.number, quality.k) == (3, 2)
    assert quality.ap == 1.0  # both of the true top two are in the top two
    # Of six pairs four are in order and two are not.
    assert quality.tau == pytest.approx((4 - 2) / 6)


def test_a_round_that_was_drawn_at_random_has_no_quality():
    assert ranking_quality(made_up_history(2, 3).rounds) == []


def compared(name, seed, tradeoff, accuracy, parameters):
    """A search that came to these numbers, without a directory."""
    history = made_up_history(1, 2, seed=seed, tradeoff=tradeoff)
    best = history.best
    best.quality, best.parameter_bytes = accuracy, parameters
    data = type("Data", (), {"history": history})()
    return Compared(name, data, {"seed": seed, "tradeoff": tradeoff}, 0, 0.0)


def test_seeds_and_a_sweep_by_hand():
    searches = [
        compared("c", 0, 1.0, 0.9, 5000),
        compared("a", 0, 0.0, 0.5, 1000),
        compared("b", 1, 0.0, 0.7, 3000),
    ]
    alone, both = seed_groups(searches)
    assert [search.name for search in both.searches] == ["a", "b"]
    assert both.means["result"].mean == pytest.approx(0.6)
    # The deviation is sqrt(0.02), t of 0.975 with one degree of freedom 12.706205.
    assert both.means["result"].half_width == pytest.approx(12.706205 * 0.1, rel=1e-6)
    assert both.means["parameter_bytes"].mean == 2000
    assert alone.means["result"].half_width is None
    ((low, high),) = sweeps([alone, both])
    assert (low.settings, high.settings) == ({"tradeoff": 0.0}, {"tradeoff": 1.0})
    assert sweeps([both]) == []


def test_settings_that_differ():
    settings = [{"a": 1, "b": [1, 2], "c": None}, {"a": 1, "b": [1, 3], "d": None}]
    assert differing_settings(settings) == ["b"]


def test_one_search_or_the_same_twice_is_no_comparison(tmp_path):
    one = write_search(made_up_history(1, 2), tmp_path / "a")
    with pytest.raises(ConfigError, match="name two or more"):
        load_searches([one])
    with pytest.raises(ConfigError, match="named twice"):
        load_searches([one, tmp_path / "b" / ".." / "a"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quality", "<b>"),
        ("parameter_bytes", None),
        ("genotype", "no genotype"),
        ("genotype", 3),
        ("status", "asleep"),
    ],
)
def test_values_that_no_search_writes_are_refused(tmp_path, field, value):
    history = made_up_history(1, 2)
    setattr(history.rounds[0].trials[1], field, value)
    with pytest.raises(SearchError, match="cannot read"):
        load_search_data(write_search(history, tmp_path / "a", records=False))


def test_a_round_with_a_winner_that_is_not_there_is_refused(tmp_path):
    history = made_up_history(1, 2)
    history.rounds[0].winner = 5
    with pytest.raises(SearchError, match="the winner 5"):
        load_search_data(write_search(history, tmp_path / "a", records=False))


def test_a_search_that_nobody_runs_was_interrupted(tmp_path):
    history = dataclasses.replace(made_up_history(1, 2), stop_reason=None)
    assert load_search_data(write_search(history, tmp_path / "a")).state == "interrupted"
