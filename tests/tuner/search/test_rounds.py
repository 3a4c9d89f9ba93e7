import json

import pytest

from memnas_tf.errors import SearchError
from memnas_tf.genotype import Genotype, from_string
from memnas_tf.metric import Measurement, Spread
from tuner.search.memory_efficiency import MemoryEfficiency
from tuner.search.rounds import (
    COMPLETED,
    FAILED,
    PAUSED,
    PLANNED,
    RUNNING,
    PlannedTrial,
    Round,
    base_measurement,
    current_base,
    trained_keys,
)


def trial(genotype, accuracy=None, memory=100, **kwargs):
    status = kwargs.pop("status", FAILED if accuracy is None else COMPLETED)
    return PlannedTrial(
        genotype,
        "grow",
        "grow",
        parameter_bytes=memory,
        lifetime_bytes=memory,
        arena_bytes=memory,
        intermediate_bytes=memory,
        status=status,
        quality=accuracy,
        **kwargs,
    )


def closed(number, trials, base=None, tradeoff=1.0):
    entry = Round(number, "5x", 10, 0, Spread(50, 50), trials)
    entry.close(MemoryEfficiency(base, tradeoff, "relative", entry.memory_spread))
    return entry


FIRST = closed(1, [trial("5x0c3+0c3=", 0.5), trial("5x0d3+0d3=", 0.8), trial("5x0ap+0ap=")])


def test_the_best_by_measured_efficiency_wins_and_failures_do_not_count():
    assert FIRST.winner == 1
    assert FIRST.trials[2].efficiency is None
    assert FIRST.trials[1].efficiency > 0 > FIRST.trials[0].efficiency


def test_of_equals_the_earlier_planned_wins():
    entry = closed(1, [trial("5x0c3+0c3=", 0.5), trial("5x0d3+0d3=", 0.5)])
    assert entry.winner == 0


def test_a_round_without_a_result_has_no_winner():
    entry = closed(1, [trial("5x0c3+0c3="), trial("5x0d3+0d3=")])
    assert entry.winner is None
    assert entry.winning_trial is None
    assert current_base([entry], 5) == Genotype.empty(5)


def test_a_round_is_over_when_every_trial_is():
    running = trial("5x0c3+0c3=", status=RUNNING)
    entry = Round(1, "5x", 10, 0, Spread(1, 1), [running, trial("5x0d3+0d3=", 0.5)])
    assert not entry.is_over
    running.status = FAILED
    assert entry.is_over


def test_the_winner_is_the_next_base_and_is_compared_with():
    second = closed(2, [trial("5x0d3+0d3=,0c3+0c3=", 0.9)], FIRST.winning_trial.measurement)
    assert current_base([], 5) == Genotype.empty(5)
    assert current_base([FIRST], 5) == from_string("5x0d3+0d3=")
    assert base_measurement([]) is None
    assert base_measurement([FIRST]) == Measurement(0.8, 100, 100)
    assert base_measurement([FIRST, second]) == Measurement(0.9, 100, 100)


def test_rounds_survive_json():
    assert Round.from_state(json.loads(json.dumps(FIRST.to_state()))) == FIRST


def test_trained_keys_hold_failures_too():
    assert len(trained_keys([FIRST])) == 3


def test_a_trial_that_is_not_under_way_does_not_end():
    one = trial("5x0c3+0c3=", status=PLANNED)
    with pytest.raises(SearchError, match="is planned, not under way"):
        one.end(0.5)
    one.hand_out("0007")
    one.end(0.5)
    assert (one.trial_id, one.status, one.quality) == ("0007", COMPLETED, 0.5)
    with pytest.raises(SearchError, match="trial 0007 is completed, not under way"):
        one.end(0.7)


def test_a_trial_that_ends_at_a_rung_pauses_and_keeps_its_name():
    one = trial("5x0c3+0c3=", status=PLANNED, until_epoch=2)
    one.hand_out("0007")
    one.end(0.5)
    assert (one.status, one.rung_qualities) == (PAUSED, [0.5])
    one.until_epoch = None
    one.hand_out("0009")
    one.end(0.6)
    assert (one.trial_id, one.status, one.rung_qualities) == ("0007", COMPLETED, [0.5])
