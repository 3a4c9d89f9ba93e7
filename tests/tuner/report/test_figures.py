"""Figures hold the data that they should, read back from their axes."""

import numpy as np
import pytest

from memnas_tf.drawing.picture_file import picture_bytes
from memnas_tf.errors import ConfigError
from tests.helpers.histories import made_up_history, made_up_record
from tuner.report.comparison import RESULT, Group
from tuner.report.figures.accuracy_memory import MEMORIES, draw_accuracy_memory, pareto_front
from tuner.report.figures.confusion_matrix import draw_confusion_matrix
from tuner.report.figures.family_tree import draw_family_tree
from tuner.report.figures.learning_curve import draw_learning_curve
from tuner.report.figures.network import draw_change, draw_network_lifetimes
from tuner.report.figures.progress import draw_progress
from tuner.report.figures.ranking import draw_ranking, draw_ranking_quality
from tuner.report.figures.rounds import draw_rounds
from tuner.report.figures.spending import draw_spending
from tuner.report.figures.sweep import draw_sweep
from tuner.report.intervals import Interval
from tuner.report.ranking_quality import ranking_quality
from tuner.report.spending import RoundSpending
from tuner.search.standings import total_efficiencies


@pytest.fixture(scope="module")
def history():
    return made_up_history(4, 6)


def line(axes, label):
    (found,) = [one for one in axes.lines if one.get_label() == label]
    return [list(values) for values in found.get_data()]


def scattered(axes, label=None):
    (found,) = [one for one in axes.collections if label is None or one.get_label() == label]
    return found.get_offsets().tolist()


@pytest.mark.parametrize("memory", MEMORIES)
def test_accuracy_against_memory(history, memory):
    trials = [trial for entry in history.rounds for trial in entry.trials]
    (axes,) = draw_accuracy_memory(trials, memory, history.best).axes
    points = [[MEMORIES[memory](trial), trial.quality] for trial in trials]
    assert scattered(axes, "trial") == points
    front = [points[i] for i in pareto_front([tuple(point) for point in points])]
    assert line(axes, "Pareto front") == [list(values) for values in zip(*front, strict=True)]
    assert scattered(axes, "the answer") == [[MEMORIES[memory](history.best), history.best.quality]]


def test_the_rounds(history):
    upper, lower = draw_rounds(history.rounds).axes
    winners = [entry.winning_trial for entry in history.rounds]
    assert line(upper, "winner") == [[1, 2, 3, 4], [trial.quality for trial in winners]]
    assert line(lower, "intermediate memory")[1] == [t.intermediate_bytes for t in winners]
    assert line(lower, "parameter memory")[1] == [trial.parameter_bytes for trial in winners]
    assert len(scattered(upper, "trial")) == 24


def test_expected_against_measured(history):
    qualities = ranking_quality(history.rounds)
    axes = draw_ranking(qualities).axes
    assert [one.get_title(loc="left").splitlines()[0] for one in axes] == [
        "round 3, k = 3",
        "round 4, k = 3",
    ]
    assert scattered(axes[0]) == [
        [trial.predicted, trial.efficiency] for trial in history.rounds[2].trials
    ]
    (axes,) = draw_ranking_quality(qualities).axes
    assert line(axes, "Kendall's tau") == [[3, 4], [quality.tau for quality in qualities]]
    assert line(axes, "AP@k")[1] == [quality.ap for quality in qualities]


def test_the_family_tree(history):
    tree, words = draw_family_tree(history.rounds).axes
    totals = {id(trial): total for total, trial in total_efficiencies(history.rounds)}
    winners = [entry.winning_trial for entry in history.rounds]
    ends = [one.get_data() for one in tree.lines if one.get_linewidth() == 2]
    assert [list(x) for x, _ in ends] == [
        [totals.get(id(before), 0.0), totals[id(winner)]]
        for before, winner in zip([None, *winners], winners, strict=False)
    ]
    written = [text.get_text().splitlines()[0] for text in words.texts]
    assert written[0] == "empty network"
    assert all(winner.move.startswith(text.removesuffix(" ...")) for winner, text in zip(
        winners, written[1:], strict=True
    ))  # fmt: skip


def test_the_spending():
    figure = draw_spending([RoundSpending(1, 3600.0, 10), RoundSpending(2, 7200.0, 30)])
    hours, epochs = figure.axes
    assert hours.get_ylabel() == "hours"
    assert [bar.get_height() for bar in hours.patches] == [1.0, 2.0]
    assert line(hours, "in all") == [[1, 2], [1.0, 3.0]]
    assert line(epochs, "in all") == [[1, 2], [10.0, 40.0]]
    assert epochs.get_title(loc="left") == "Epochs: 40"


def test_the_learning_curve_and_the_mistakes(history):
    record = made_up_record(history.best)
    record.executions[0].metrics["val_loss"][1] = None
    accuracy, loss = draw_learning_curve(record).axes
    curve = record.executions[0].metrics
    assert line(accuracy, "validation") == [[1, 2, 3, 4, 5], curve["val_accuracy"]]
    assert line(accuracy, "training")[1] == curve["accuracy"]
    assert np.isnan(line(loss, "validation")[1]).tolist() == [False, True, False, False, False]
    (axes,) = draw_confusion_matrix(record.confusion).axes
    counts = np.array(record.confusion.counts)
    np.testing.assert_allclose(
        axes.images[0].get_array(), counts / counts.sum(axis=1, keepdims=True)
    )
    assert [int(text.get_text()) for text in axes.texts] == counts[counts > 0].tolist()


def test_the_sweep():
    def group(tradeoff, accuracy, width):
        means = {
            RESULT: Interval(3, accuracy, width),
            "parameter_bytes": Interval(3, 2000.0, 10.0),
            "intermediate_bytes": Interval(3, 4000.0, None),
        }
        return Group({"tradeoff": tradeoff}, (), means)

    upper, lower = draw_sweep([group(0.0, 0.5, 0.1), group(1.0, 0.9, 0.05)]).axes
    (bars,) = upper.containers
    assert [list(values) for values in bars[0].get_data()] == [[0.0, 1.0], [0.5, 0.9]]
    ends = [segment[:, 1].tolist() for segment in bars[2][0].get_segments()]
    np.testing.assert_allclose(ends, [[0.4, 0.6], [0.85, 0.95]])
    assert len(lower.containers) == 2


def test_the_best_so_far_and_the_regret():
    figure = draw_progress({"_a": [(5, 0.5), (10, 0.8)], "$b$": [(5, 0.6), (15, 0.7)]})
    upper, lower = figure.axes
    assert line(upper, "$b$") == [[5, 15], [0.6, 0.7]]
    regret = line(lower, " _a")[1]
    assert regret[0] == pytest.approx(0.3)
    assert np.isnan(regret[1])  # it is the best, which a logarithm cannot show
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [" _a", "$b$"]


def test_nothing_yet_is_said_and_can_be_drawn():
    for paint in (
        lambda: draw_rounds([]),
        lambda: draw_ranking([]),
        lambda: draw_ranking_quality([]),
        lambda: draw_family_tree([]),
        lambda: draw_spending([]),
        lambda: draw_progress({}),
        lambda: draw_accuracy_memory([], "both"),
    ):
        assert picture_bytes(paint, ".svg").startswith(b"<?xml")


def test_figures_of_a_network_become_pictures(history):
    last = history.rounds[-1]
    genotype, template = last.trials[0].genotype, history.settings.template
    svg = picture_bytes(lambda: draw_change(genotype, last.base, template), ".svg").decode()
    assert "block" in svg and ("grown" in svg or "trimmed" in svg)
    assert f"{template.filters[0]} filters, stride {template.strides[0]}" in svg
    png = picture_bytes(
        lambda: draw_network_lifetimes(last.trials[0].genotype, history.settings.template), ".png"
    )
    assert png.startswith(b"\x89PNG")
    with pytest.raises(ConfigError, match="suffix"):
        picture_bytes(lambda: draw_rounds([]), ".gif")
