import json
from dataclasses import replace

import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.memory import memory_target
from tests.helpers.formula import TEMPLATE
from tuner.search.settings import SearchSettings

SETTINGS = SearchSettings(TEMPLATE, blocks=5, training={"dataset": "digits", "epochs": 5})


def test_they_survive_json():
    assert SearchSettings.from_state(json.loads(json.dumps(SETTINGS.to_state()))) == SETTINGS


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"trials_per_round": 0}, "trials_per_round is 0; it must be a whole number, at least 1"),
        ({"trials_per_round": (4, 0)}, "trials_per_round is 0; it must be"),
        ({"trials_per_round": ()}, "trials_per_round is empty; give one number or several"),
        ({"max_rounds": -1}, "max_rounds is -1"),
        ({"max_rounds": None}, "max_rounds is None"),
        ({"max_cells": 2.5}, "max_cells is 2.5"),
        ({"max_trials": 0}, "max_trials is 0"),
        ({"blocks": True}, "blocks is True"),
        ({"seed": -1}, "seed is -1"),
        ({"tradeoff": 1.5}, "tradeoff is 1.5; it must lie between 0"),
        ({"metric": "best"}, "unknown metric 'best'; use one of scaled, relative"),
        ({"ranker": "oracle"}, "unknown ranker 'oracle'; use one of ridge-trees, scc"),
    ],
)
def test_what_is_out_of_range_is_refused_by_name(change, message):
    with pytest.raises(ConfigError, match=message):
        replace(SETTINGS, **change)


def test_the_last_number_of_trials_is_for_all_later_rounds():
    growing = replace(SETTINGS, trials_per_round=(2, 3, 8))
    assert SearchSettings.from_state(json.loads(json.dumps(growing.to_state()))) == growing
    assert [growing.trials_of_round(number) for number in range(1, 6)] == [2, 3, 8, 8, 8]
    assert [SETTINGS.trials_of_round(number) for number in (1, 9)] == [100, 100]


def test_settings_of_another_version_are_refused():
    state = SETTINGS.to_state()
    del state["metric"]
    with pytest.raises(ValueError, match="metric is missing"):
        SearchSettings.from_state(state)


def test_differences_name_each_setting_and_both_values():
    other = replace(SETTINGS, tradeoff=0.8, training={"dataset": "digits", "epochs": 9})
    assert SETTINGS.differences(SETTINGS) == []
    assert SETTINGS.differences(other) == ["tradeoff: 0.5 there, 0.8 now", "epochs: 5 there, 9 now"]


def test_settings_read_back_do_not_differ():
    read = SearchSettings.from_state(json.loads(json.dumps(SETTINGS.to_state())))
    assert SETTINGS.differences(read) == []


def test_differences_name_each_part_of_the_memory_aimed_at():
    other = replace(SETTINGS, target=memory_target("arena", max_arena="256kB"))
    assert SETTINGS.differences(other) == [
        "memory: 'lifetime' there, 'arena' now",
        "max_arena: None there, 256000 now",
    ]
    assert SearchSettings.from_state(json.loads(json.dumps(other.to_state()))) == other


def test_what_training_records_under_a_setting_s_name_hides_none():
    recorded = replace(SETTINGS, training={"memory": "8 GB"})
    other = replace(recorded, training={"memory": "4 GB"}, target=memory_target("arena"))
    assert recorded.differences(other) == [
        "memory: 'lifetime' there, 'arena' now",
        "training.memory: '8 GB' there, '4 GB' now",
    ]
