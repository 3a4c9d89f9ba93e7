import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.simulated.comparison import regret_table
from benchmarks.simulated.evolution import mutate
from benchmarks.simulated.methods import INFORMED, METHODS, OURS
from benchmarks.simulated.simulation import BudgetSpent, Simulation, Trained, incumbents, simulate
from benchmarks.simulated.surrogate import Surrogate, cross_validate
from benchmarks.table import TABLE, Row, load_table
from benchmarks.table_training import table_template
from memnas_tf.genotype import Genotype, from_string, to_string
from memnas_tf.memory import parameter_memory
from tests.helpers.genotypes import genotypes
from tuner.ranking.known_networks import KnownNetworks

NETWORK = from_string("3x0c3+0d3=,1ap:0d5=")


@pytest.fixture(scope="module")
def rows():
    return load_table([TABLE])


@pytest.fixture(scope="module")
def surrogate(rows):
    return Surrogate(rows, table_template(TABLE))


@pytest.fixture(scope="module")
def known(rows):
    networks = {from_string(row.genotype): row.accuracy for row in rows[:60]}
    return KnownNetworks(networks, table_template(TABLE))


def test_a_ranker_may_not_know_the_networks_that_it_is_judged_on(surrogate):
    with pytest.raises(ValueError, match="use --halves"):
        simulate(surrogate, METHODS[INFORMED], 0, budget=20)


def test_the_model_of_the_table_ranks_networks_that_it_has_not_seen(rows):
    quality = cross_validate(rows, table_template(TABLE))
    assert quality["kendall_tau"] > 0.5
    assert quality["r2"] > 0.5


def test_where_networks_have_widths_the_model_tells_them_apart_and_says_how_well(rows):
    """The accuracies of made-up rows with widths lie a tenth above those of the same cells."""
    wider = [
        Row(
            tuple(
                replace(
                    run,
                    genotype=to_string(Genotype(from_string(run.genotype).blocks, (16, 16, 16))),
                    accuracies=tuple(accuracy + 0.1 for accuracy in run.accuracies),
                )
                for run in row.runs
            )
        )
        for row in rows[:30]
    ]
    both = [*rows[:60], *wider]
    template = table_template(TABLE)
    surrogate = Surrogate(both, template)
    plain = from_string("3x0c3+0d3=")
    wide = from_string("3x0c3+0d3=@16")
    assert surrogate.accuracy(wide) > surrogate.accuracy(plain) + 0.05
    quality = cross_validate(both, template)
    assert quality["with_widths"] == 30
    assert 0 < quality["rmse_with_widths"] < 0.05
    assert "with_widths" not in cross_validate(rows[:60], template)


def test_one_network_has_one_curve_however_it_is_written(surrogate):
    swapped = from_string("3x0d3+0c3=,0d5:1ap=")
    assert np.array_equal(surrogate.curve(NETWORK), surrogate.curve(swapped))
    assert surrogate.measure(NETWORK, 3, 2) == surrogate.measure(swapped, 3, 2)


def test_runs_differ_from_seed_to_seed_as_the_table_does(surrogate, rows):
    last = [surrogate.measure(NETWORK, seed, surrogate.epochs) for seed in range(200)]
    repeated = [[run.accuracies[-1] for run in row.runs] for row in rows if len(row.runs) > 1]
    variances = [np.var(accuracies, ddof=1) for accuracies in repeated]
    assert np.std(last) == pytest.approx(np.sqrt(np.mean(variances)), rel=0.2)
    assert np.mean(last) == pytest.approx(surrogate.accuracy(NETWORK), abs=0.003)


def test_going_on_costs_the_epochs_that_are_new(surrogate):
    simulation = Simulation(surrogate, 0, budget=5)
    early = simulation.train(NETWORK, 2)
    assert simulation.train(NETWORK, 2) == early
    simulation.train(NETWORK)
    assert [(one.spent, one.epochs) for one in simulation.trained] == [(2, 2), (5, 5)]
    with pytest.raises(BudgetSpent):
        simulation.train(from_string("3x0c3+0c3="), 1)


def test_an_answer_is_what_measured_best_of_what_was_trained_longest():
    trained = [
        Trained(1, "a", 1, measured=0.9, true=0.1),
        Trained(5, "b", 5, measured=0.5, true=0.6),
        Trained(9, "c", 5, measured=0.6, true=0.4),
    ]
    assert incumbents(trained, [0, 1, 4, 5, 9]) == [None, 0.1, 0.1, 0.6, 0.4]


def test_regret_is_written_in_points_of_accuracy():
    runs = [
        {"epochs": [5, 10], "accuracy": [None, 0.5], "best": 0.6},
        {"epochs": [5, 10], "accuracy": [1, 0.6], "best": 0.7},
    ]
    assert "| one |  | 10.00 ± 0.00 |" in regret_table({"one": runs})


@settings(deadline=None, max_examples=50)
@given(genotypes(max_cells=4), st.integers(0, 1000))
def test_a_mutant_can_be_built_and_keeps_to_the_size(genotype, seed):
    child = mutate(random.Random(seed), genotype, size=4)
    child.require_buildable()
    assert child.slots <= 4


@pytest.mark.parametrize("method", METHODS)
def test_a_method_keeps_to_its_budgets_and_its_seed(method, surrogate, known):
    first, again = (
        simulate(surrogate, METHODS[method], 1, budget=90, max_parameters=150_000, known=known)
        for _ in range(2)
    )
    assert 80 <= first.trained[-1].spent <= 90
    for one in first.trained:
        memory = parameter_memory(from_string(one.genotype), surrogate.template)
        assert memory <= 150_000
    assert first.trained == again.trained


@pytest.mark.slow
def test_a_search_finds_better_networks_than_random_search(surrogate):
    answers = {
        method: [
            incumbents(simulate(surrogate, METHODS[method], seed, 400).trained, [400])[0]
            for seed in range(5)
        ]
        for method in (OURS, "RandomSearch (KerasTuner)")
    }
    assert np.mean(answers[OURS]) > np.mean(answers["RandomSearch (KerasTuner)"])
