import json

from memnas_tf.genotype import Genotype, from_string
from memnas_tf.metric import Measurement, Spread
from tuner.search.memory_efficiency import MemoryEfficiency
from tuner.search.rounds import (
    COMPLETED,
    FAILED,
    RUNNING,
    PlannedTrial,
    Round,
    base_measurement,
    current_base,
    find_trial,
    ranked_trials,
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


def test_trials_are_found_by_id():
    entry = closed(1, [trial("5x0c3+0c3=", 0.5, trial_id="0007")])
    assert find_trial([entry], "0007") is entry.trials[0]
    assert find_trial([entry], "0008") is None


def test_the_best_of_a_search_is_where_the_gains_add_up_highest():
    base = FIRST.winning_trial.measurement
    gained = closed(2, [trial("5x1", 0.9), trial("5x2", 0.7)], base)
    lost = closed(3, [trial("5x3", 0.85)], gained.winning_trial.measurement)
    ranked = [entry.genotype for entry in ranked_trials([FIRST, gained, lost])]
    # The last round only lost: its winner comes after the base that it was made from.
    assert ranked[0] == "5x1"
    assert ranked.index("5x1") < ranked.index("5x3") < ranked.index("5x2")
    assert len(ranked) == 5  # all but the failure


def test_nothing_scored_is_ranked_nowhere():
    assert ranked_trials([]) == []
    assert ranked_trials([Round(1, "5x", 1, 0, Spread(1, 1), [trial("5x0c3+0c3=", 0.5)])]) == []
