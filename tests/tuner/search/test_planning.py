from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from memnas_tf.genotype import canonical_key, from_string
from memnas_tf.memory import arena_memory, lifetime_memory, memory_target, parameter_memory
from memnas_tf.metric import Measurement, memory_terms
from memnas_tf.moves import generate_candidates
from tests.helpers.formula import TEMPLATE, formula
from tuner.search.planning import labelled_rounds, plan_round
from tuner.search.rounds import COMPLETED, FAILED, base_measurement
from tuner.search.settings import SearchSettings

SETTINGS = SearchSettings(TEMPLATE, blocks=5, max_cells=4, trials_per_round=8, max_rounds=3)


class ByScore:
    """A ranker that likes convolutions and remembers what it learned from."""

    def fit(self, rounds):
        self.rounds = rounds

    def score(self, genotypes):
        return np.array([canonical_key(genotype).count("c3") for genotype in genotypes], float)


def run(rounds, settings=SETTINGS, ranker=None):
    """Plan a round, and run it by the formula."""
    entry = plan_round(rounds, settings, ranker)
    for trial in entry.trials:
        trial.status, trial.quality = COMPLETED, formula(from_string(trial.genotype))
    entry.close(settings.efficiency(base_measurement(rounds), entry.memory_spread))
    return [*rounds, entry]


def test_the_first_round_grows_the_empty_network():
    entry = plan_round([], SETTINGS, None)
    assert entry.number == 1
    assert entry.base == "5x"
    assert entry.candidates == 56
    assert len(entry.trials) == 8
    assert {trial.kind for trial in entry.trials} == {"grow"}


def test_memory_is_the_network_s_own_and_its_spread_that_of_all_candidates():
    entry = plan_round([], SETTINGS, None)
    everything = plan_round([], replace(SETTINGS, trials_per_round=1000), None)
    assert len(everything.trials) == 56
    for trial in entry.trials:
        genotype = from_string(trial.genotype)
        assert trial.parameter_bytes == parameter_memory(genotype, TEMPLATE)
        assert trial.lifetime_bytes == lifetime_memory(genotype, TEMPLATE)
        assert trial.arena_bytes == arena_memory(genotype, TEMPLATE)
        assert trial.intermediate_bytes == trial.lifetime_bytes
    parameters = [trial.parameter_bytes for trial in everything.trials]
    assert entry.memory_spread.parameter_bytes == max(parameters) - min(parameters)
    assert entry.memory_spread == everything.memory_spread


def test_a_drawn_round_is_half_grown_and_half_trimmed():
    entry = run(run([]))[1]
    kinds = Counter(trial.kind == "grow" for trial in entry.trials)
    assert kinds == {True: 4, False: 4}


def test_a_drawn_round_has_as_many_of_each_kind_of_move():
    template = replace(TEMPLATE, filters=(16,) * 5)
    settings = replace(SETTINGS, template=template, moves=("grow", "trim", "widen", "narrow"))
    entry = run(run([], settings), settings)[1]
    kinds = Counter(trial.kind for trial in entry.trials)
    assert kinds["grow"] == kinds["widen"] == kinds["narrow"] == 2


def test_the_same_seed_draws_the_same_and_another_seed_does_not():
    def drawn(seed):
        entry = plan_round([], replace(SETTINGS, seed=seed), None)
        return [trial.genotype for trial in entry.trials]

    assert drawn(0) == drawn(0)
    assert drawn(0) != drawn(1)


def test_from_the_third_round_on_the_ranker_chooses():
    ranker = ByScore()
    rounds = run(run([], ranker=ranker), ranker=ranker)
    assert all(trial.predicted is None for entry in rounds for trial in entry.trials)
    entry = plan_round(rounds, SETTINGS, ranker)
    predicted = [trial.predicted for trial in entry.trials]
    assert predicted == sorted(predicted, reverse=True)
    best = from_string(rounds[-1].winning_trial.genotype)
    exclude = {canonical_key(from_string(trial.genotype)) for one in rounds for trial in one.trials}
    networks = [candidate.genotype for candidate in generate_candidates(best, 4, exclude)]
    measured = [
        Measurement(0, lifetime_memory(one, TEMPLATE), parameter_memory(one, TEMPLATE))
        for one in networks
    ]
    terms = memory_terms(measured, base_measurement(rounds), 0.5, "scaled", entry.memory_spread)
    expected = [score + term for score, term in zip(ranker.score(networks), terms, strict=True)]
    assert predicted == pytest.approx(sorted(expected, reverse=True)[:8])
    assert [len(labelled.genotypes) for labelled in ranker.rounds] == [8, 8]


class Foretelling(ByScore):
    """A ranker that expects something before anything is trained."""

    def foretell(self, genotypes):
        self.rounds = "foretold"
        return self.score(genotypes) / 10


def test_a_ranker_that_foretells_chooses_from_the_first_round_on():
    ranker = Foretelling()
    rounds = run([], ranker=ranker)
    assert ranker.rounds == "foretold"
    predicted = [trial.predicted for trial in rounds[0].trials]
    assert predicted == sorted(predicted, reverse=True)
    everything = plan_round([], replace(SETTINGS, trials_per_round=1000), None).trials
    measured = [
        trial.measurement._replace(accuracy=trial.genotype.count("c3") / 10) for trial in everything
    ]
    scores = SETTINGS.efficiency(None, rounds[0].memory_spread).scores(measured)
    assert predicted == pytest.approx(sorted(scores, reverse=True)[:8])
    rounds = run(rounds, ranker=ranker)
    assert [len(labelled.genotypes) for labelled in ranker.rounds] == [8]
    assert all(trial.predicted is not None for trial in rounds[1].trials)


def test_no_network_is_planned_twice():
    rounds = run(run(run([])))
    keys = [canonical_key(from_string(t.genotype)) for entry in rounds for t in entry.trials]
    assert len(keys) == len(set(keys)) == 24


def test_the_largest_number_of_trials_cuts_a_round_short():
    settings = replace(SETTINGS, max_trials=11)
    rounds = run(run([], settings), settings)
    assert [len(entry.trials) for entry in rounds] == [8, 3]


def test_labels_leave_out_failures():
    rounds = run([])
    rounds[0].trials[0].status, rounds[0].trials[0].efficiency = FAILED, None
    (labelled,) = labelled_rounds(rounds)
    assert len(labelled.genotypes) == 7
    assert labelled.targets == tuple(
        trial.efficiency - trial.memory_term for trial in rounds[0].trials[1:]
    )


def aiming(**target):
    return replace(SETTINGS, trials_per_round=1000, target=memory_target(**target))


def test_at_tradeoff_0_the_memory_aimed_at_decides():
    (by_lifetime,) = run([], replace(aiming(), tradeoff=0))
    (by_arena,) = run([], replace(aiming(memory="arena"), tradeoff=0))
    # Lifetime is the same for all, so parameters alone decide.
    assert len({trial.lifetime_bytes for trial in by_lifetime.trials}) == 1
    least = min(trial.parameter_bytes for trial in by_lifetime.trials)
    assert by_lifetime.winning_trial.parameter_bytes == least
    assert by_arena.winning_trial.arena_bytes < by_lifetime.winning_trial.arena_bytes
    assert by_arena.winning_trial.parameter_bytes > least


def test_the_arena_aimed_at_is_what_equation_4_compares():
    (entry,) = run([], aiming(memory="arena", bytes_per_weight=1))
    arenas = [trial.arena_bytes for trial in entry.trials]
    assert entry.memory_spread.intermediate_bytes == max(arenas) - min(arenas) > 0
    for trial in entry.trials:
        assert trial.measurement.intermediate_bytes == trial.arena_bytes
        assert trial.measurement.parameter_bytes == trial.parameter_bytes
        count = parameter_memory(from_string(trial.genotype), TEMPLATE, bytes_per_weight=1)
        assert trial.parameter_bytes == count


@pytest.mark.parametrize("memory", ["lifetime", "arena"])
def test_a_ranker_is_asked_about_what_fits_and_by_the_memory_aimed_at(memory):
    class Recording(ByScore):
        def score(self, genotypes):
            self.asked = genotypes
            return super().score(genotypes)

    settings = replace(aiming(memory=memory, max_arena=3400), trials_per_round=8)
    rounds = run(run([], settings), settings)
    ranker = Recording()
    entry = plan_round(rounds, settings, ranker)
    assert len(ranker.asked) == entry.candidates > 8
    assert max(arena_memory(genotype, TEMPLATE) for genotype in ranker.asked) <= 3400
    base = base_measurement(rounds)
    equation = (base, settings.tradeoff, "scaled", entry.memory_spread)
    expected = memory_terms([trial.measurement for trial in entry.trials], *equation)
    assert [trial.memory_term for trial in entry.trials] == pytest.approx(expected)


def test_ranges_and_counts_are_of_the_candidates_that_fit():
    entry = plan_round([], aiming(max_parameters=6000), None)
    everything = plan_round([], aiming(), None)
    fitting = [t.parameter_bytes for t in everything.trials if t.parameter_bytes <= 6000]
    assert sorted(trial.parameter_bytes for trial in entry.trials) == sorted(fitting)
    assert (entry.candidates, entry.too_large) == (len(fitting), 56 - len(fitting))
    assert entry.memory_spread.parameter_bytes == max(fitting) - min(fitting)
    assert (everything.candidates, everything.too_large) == (56, 0)


def test_without_a_candidate_that_fits_there_is_a_reason_instead_of_a_round():
    rounds = run([])
    reason = plan_round(rounds, aiming(max_parameters=100), None)
    assert reason.startswith("found no candidate of round 2 that fits: the smallest needs ")
    assert reason.endswith(" bytes where max_parameters is 100")
