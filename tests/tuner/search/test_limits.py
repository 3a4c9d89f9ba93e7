from dataclasses import replace

import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.memory import memory_target
from tests.helpers.formula import TEMPLATE, train
from tuner.search import Search, SearchSettings
from tuner.search.limits import require_fit, stop_reason

SETTINGS = SearchSettings(TEMPLATE, blocks=5, max_cells=4, trials_per_round=8, max_rounds=3)


def first_round(**settings):
    search = Search(replace(SETTINGS, max_rounds=1, **settings))
    train(search)
    return search.rounds


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"max_rounds": 1}, "reached max_rounds (1)"),
        ({"max_trials": 8}, "reached max_trials (8)"),
        ({"max_cells": 1}, "reached max_cells (1)"),
    ],
)
def test_each_limit_ends_the_search(change, reason):
    rounds = first_round()
    assert stop_reason(rounds, SETTINGS) is None
    assert stop_reason(rounds, replace(SETTINGS, **change)) == reason


def test_a_round_of_failures_ends_the_search():
    rounds = first_round()
    rounds[0].winner = None
    assert stop_reason(rounds, SETTINGS) == "all 8 trials of round 1 failed"


def test_no_limit_is_reached_before_the_first_round():
    assert stop_reason([], SETTINGS) is None


def test_budgets_that_something_keeps_to_are_let_pass():
    least = min(trial.arena_bytes for trial in first_round(trials_per_round=1000)[0].trials)
    require_fit(TEMPLATE, 5, memory_target())
    require_fit(TEMPLATE, 5, memory_target(max_arena=least))
    with pytest.raises(
        ConfigError, match=f"needs {least:,} bytes where max_arena is {least - 1:,}"
    ):
        require_fit(TEMPLATE, 5, memory_target(max_arena=least - 1))
