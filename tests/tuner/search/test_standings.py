from memnas_tf.metric import Spread
from tuner.search.memory_efficiency import MemoryEfficiency
from tuner.search.rounds import COMPLETED, FAILED, PlannedTrial, Round
from tuner.search.standings import ranked_trials


def trial(genotype, accuracy=None):
    status = FAILED if accuracy is None else COMPLETED
    return PlannedTrial(genotype, "grow", "grow", *[100] * 4, status=status, quality=accuracy)


def closed(number, trials, base=None):
    entry = Round(number, "5x", 10, 0, Spread(50, 50), trials)
    entry.close(MemoryEfficiency(base, 1.0, "relative", entry.memory_spread))
    return entry


FIRST = closed(1, [trial("5x0c3+0c3=", 0.5), trial("5x0d3+0d3=", 0.8), trial("5x0ap+0ap=")])


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
