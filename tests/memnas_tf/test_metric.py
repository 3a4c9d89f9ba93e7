import math

import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.metric import (
    Measurement,
    Spread,
    median_measurement,
    memory_efficiency,
    memory_terms,
    spread,
)

BASE = Measurement(0.80, 1000, 400)
BETTER = Measurement(0.88, 1500, 800)  # +10 %, +50 %, +100 %
SMALLER = Measurement(0.76, 900, 200)  # -5 %, -10 %, -50 %


def test_relative_is_equation_4_with_memory_counted_against():
    scores = memory_efficiency([BETTER, SMALLER], BASE, 0.5, "relative")
    assert scores == pytest.approx([0.5 * 0.10 - 0.5 * 1.5, 0.5 * -0.05 + 0.5 * 0.6])


def test_scaled_divides_by_the_range_and_takes_the_mean_of_both_memories():
    scores = memory_efficiency([BETTER, SMALLER], BASE, 0.8, "scaled", Spread(2000, 1000))
    accuracy_range = 0.88 - 0.76
    assert scores == pytest.approx(
        [
            0.8 * 0.08 / accuracy_range - 0.2 * (500 / 2000 + 400 / 1000) / 2,
            0.8 * -0.04 / accuracy_range + 0.2 * (100 / 2000 + 200 / 1000) / 2,
        ]
    )


def test_scaled_takes_the_range_of_what_was_trained_if_none_is_given():
    trained = [BETTER, SMALLER]
    assert spread(trained) == Spread(600, 600)
    assert memory_efficiency(trained, BASE, 0.5, "scaled") == memory_efficiency(
        trained, BASE, 0.5, "scaled", Spread(600, 600)
    )


@pytest.mark.parametrize("metric", ["relative", "scaled"])
def test_lambda_0_is_memory_alone_and_1_accuracy_alone(metric):
    memory = memory_efficiency([BETTER, SMALLER], BASE, 0.0, metric)
    accuracy = memory_efficiency([BETTER, SMALLER], BASE, 1.0, metric)
    assert memory[0] < 0 < memory[1]
    assert accuracy[0] > 0 > accuracy[1]


@pytest.mark.parametrize("metric", ["relative", "scaled"])
def test_the_base_itself_scores_zero(metric):
    assert memory_efficiency([BASE, BETTER], BASE, 0.5, metric)[0] == 0


def test_without_a_base_the_median_stands_in():
    trained = [SMALLER, BASE, BETTER]
    assert memory_efficiency(trained, None, 0.5, "relative") == memory_efficiency(
        trained, Measurement(0.80, 1000, 400), 0.5, "relative"
    )


def test_what_does_not_vary_ranks_nothing():
    alike = [Measurement(0.8, 1000, 400), Measurement(0.9, 1000, 400)]
    scores = memory_efficiency(alike, Measurement(0.7, 10, 10), 0.5, "scaled")
    assert all(map(math.isfinite, scores))
    assert scores[1] - scores[0] == pytest.approx(0.5)


@pytest.mark.parametrize("metric", ["relative", "scaled"])
def test_the_memory_terms_are_the_efficiency_at_the_base_s_accuracy(metric):
    at_base = [one._replace(accuracy=BASE.accuracy) for one in (BETTER, SMALLER)]
    terms = memory_terms([BETTER, SMALLER], BASE, 0.3, metric, Spread(2000, 1000))
    assert terms == memory_efficiency(at_base, BASE, 0.3, metric, Spread(2000, 1000))
    assert terms[0] < 0 < terms[1]


def test_the_median_measurement_is_that_of_each_quantity():
    assert median_measurement([BASE, BETTER, SMALLER]) == BASE


def test_nothing_trained_scores_nothing():
    assert memory_efficiency([], None) == []


@pytest.mark.parametrize("tradeoff", [-0.1, 1.1, math.nan])
def test_a_tradeoff_outside_0_to_1_is_refused(tradeoff):
    with pytest.raises(ConfigError, match=f"tradeoff is {tradeoff}"):
        memory_efficiency([BETTER], BASE, tradeoff)


def test_an_unknown_metric_is_refused():
    with pytest.raises(ConfigError, match="unknown metric 'best'; use one of scaled, relative"):
        memory_efficiency([BETTER], BASE, 0.5, "best")


@pytest.mark.parametrize("metric", ["relative", "scaled"])
def test_a_smaller_loss_is_better_with_the_minus_sign_that_makes_it_a_quality(metric):
    losses = [Measurement(-0.40, 1000, 400), Measurement(-0.60, 1000, 400)]
    base = Measurement(-0.50, 1000, 400)
    better, worse = memory_efficiency(losses, base, 1.0, metric)
    assert better == pytest.approx(0.2 if metric == "relative" else 0.5)  # of the base's loss
    assert worse == pytest.approx(-better)
