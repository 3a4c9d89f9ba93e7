"""The tasks that rankers are compared on, and what is made of the results."""

import json

import numpy as np
import pytest

from benchmarks.rankers.__main__ import main, possible_tasks
from benchmarks.rankers.contestants import ALTERNATIVES, BASELINES, make_contestant
from benchmarks.rankers.left_out import FOLDS, LeftOutRanker, chain_of, fold_of
from benchmarks.rankers.measuring import measure, tops
from benchmarks.rankers.summary import difference_table, interval, pair_table
from benchmarks.rankers.tasks import DEVELOPED_ON, Network, draw_task
from benchmarks.results_file import keep_of_table
from benchmarks.table import TABLE
from benchmarks.table_training import table_template
from benchmarks.table_work import work_list
from memnas_tf.genotype import canonical_key
from memnas_tf.memory import parameter_memory
from memnas_tf.template import Template
from tuner.ranking import LabelledRound

TEMPLATE = Template((32, 32, 3), 10, (16, 16, 16), (2, 1, 2), (16,))
SIZES = {"max_cells": 6, "blocks": 3, "template": TEMPLATE, "seed": 0}


@pytest.fixture(scope="module")
def networks():
    """Make networks whose accuracy is the logarithm of their parameters."""
    return [
        Network(
            work.genotype, work.origin, float(np.log(parameter_memory(work.genotype, TEMPLATE)))
        )
        for work in work_list(0, tiers=12, repeated=0)
    ]


@pytest.mark.parametrize("kind", ["mixed", "new", "larger", "rounds"])
def test_no_network_is_learned_from_and_ranked(networks, kind):
    task = draw_task(kind, networks, 25, seed=0)
    learned = {canonical_key(one) for labelled in task.rounds for one in labelled.genotypes}
    ranked = {canonical_key(network.genotype) for network in task.ranked}
    assert len(learned) == 25
    assert len(ranked) >= 40
    assert not learned & ranked


def test_larger_networks_are_ranked_from_smaller_ones(networks):
    task = draw_task("larger", networks, 50, seed=0)
    assert {one.slots for labelled in task.rounds for one in labelled.genotypes} == {1, 2, 3}
    assert {network.genotype.slots for network in task.ranked} == {4, 5, 6}


def test_new_networks_are_those_after_development(networks):
    task = draw_task("new", networks, 25, seed=0)
    assert list(task.ranked) == networks[DEVELOPED_ON:]


def test_a_search_s_targets_are_relative_to_the_best_of_the_round_before(networks):
    task = draw_task("rounds", networks, 25, seed=0)
    assert [labelled.genotypes[0].slots for labelled in task.rounds] == [1, 2, 3]
    accuracy = {network.genotype: network.accuracy for network in networks}
    first, second, _ = ([accuracy[g] for g in one.genotypes] for one in task.rounds)
    expected = (np.array(second) - max(first)) / (max(second) - min(second))
    assert task.rounds[1].targets == pytest.approx(tuple(expected))


def test_a_seed_draws_the_same_task_and_another_does_not(networks):
    assert draw_task("mixed", networks, 25, 3) == draw_task("mixed", networks, 25, 3)
    assert draw_task("mixed", networks, 25, 3) != draw_task("mixed", networks, 25, 4)


def test_a_table_too_small_for_a_task_is_told(networks):
    assert draw_task("mixed", networks[:64], 25, 0) is None
    assert draw_task("mixed", networks[:65], 25, 0) is not None
    assert possible_tasks(networks[:65]) == [("mixed", 25)]


def test_what_an_informed_ranker_knows_has_no_chain_in_common_with_what_it_ranks(networks):
    chains = {}
    for network in networks:
        chains.setdefault(chain_of(network), set()).add(fold_of(network))
    assert all(len(folds) == 1 for folds in chains.values())
    assert {fold for folds in chains.values() for fold in folds} == set(range(FOLDS))
    grown = [network for network in networks if network.origin == "grown"]
    assert len({chain_of(network) for network in grown}) == len(grown) / 6
    ranker = LeftOutRanker(networks, **SIZES)
    ranker.fit([LabelledRound((networks[0].genotype,), (networks[0].accuracy,))])
    moved = [
        Network(one.genotype, one.origin, one.accuracy + 10 * (fold_of(one) == 0))
        for one in networks
    ]
    other = LeftOutRanker(moved, **SIZES)
    other.fit([LabelledRound((networks[0].genotype,), (networks[0].accuracy,))])
    own = [one.genotype for one in networks if fold_of(one) == 0]
    np.testing.assert_array_equal(ranker.score(own), other.score(own))


# This target has no noise, and the Gaussian process says that it finds none.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", [*BASELINES, *ALTERNATIVES, "ridge-trees", "informed"])
def test_every_contestant_ranks_by_what_accuracy_follows_from(networks, name):
    task = draw_task("mixed", networks, 50, seed=1)
    row = measure(make_contestant(name, networks, **SIZES), task)
    assert row["tau"] > 0.7
    assert row["best_rank_short"] <= 3


def test_parameters_alone_are_a_perfect_ranking_of_what_is_theirs(networks):
    row = measure(
        make_contestant("parameters", networks, **SIZES), draw_task("larger", networks, 25, 0)
    )
    names = ("tau", "tau_random", "ap_short", "ndcg_long", "precision_long", "best_rank_short")
    assert [row[name] for name in names] == [1] * 6


def test_k_is_a_share_of_what_is_ranked():
    assert tops(59) == {"short": 3, "long": 6}
    assert tops(200) == {"short": 10, "long": 20}


def test_intervals_are_student_s():
    mean, half = interval([1.0, 2.0, 3.0])
    assert mean == 2
    assert half == pytest.approx(2.484, abs=1e-3)


def test_differences_are_paired_by_seed():
    rows = [
        {"task": "mixed", "labels": 25, "ranker": name, "seed": seed, "best_rank_short": 1.0}
        | {"tau": seed / 10 + better}
        for name, better in (("ridge-trees", 0.3), ("scc", 0.1), ("single-gru", 0.0))
        for seed in (1, 0, 2)
    ]
    others = [{**row, "ranker": name} for row in rows[:3] for name in ("double-gru", "parameters")]
    lines = difference_table([*rows, *others], "mixed", 25)
    assert "| scc less single-gru | +0.100 ± 0.000 | +0.000 ± 0.000 |" in lines
    assert "| ridge-trees less scc | +0.200 ± 0.000 | +0.000 ± 0.000 |" in lines
    pair = pair_table(rows, [("mixed", 25)], "single-gru", "ridge-trees")
    assert pair[-1] == "| mixed, 25 labels | -0.300 ± 0.000 | +0.000 ± 0.000 |"


def test_a_pair_with_a_name_that_is_none_is_refused(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["rankers", "--pair", "ridge-trees", "scd"])
    with pytest.raises(SystemExit):
        main()
    assert "--pair scd: there are ridge-trees, scc" in capsys.readouterr().err


def test_the_default_beats_the_paper_s_controller_outside_the_noise_in_what_is_published():
    published = TABLE.with_name("rankers.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in published.splitlines()]
    tasks = {(row["task"], row["labels"]) for row in rows}
    assert len(tasks) == 14
    for line in pair_table(rows, sorted(tasks), "ridge-trees", "scc")[2:]:
        _, _, tau, rank, _ = (cell.split(" ± ") for cell in line.split("|"))
        assert float(tau[0]) > float(tau[1])
        assert -float(rank[0]) > float(rank[1])


def test_results_of_a_smaller_table_are_dropped(tmp_path):
    path = tmp_path / "rankers.jsonl"
    keep_of_table(path, 84)
    assert not path.exists()
    path.write_text('{"networks": 84}\n{"networks": 90}\n', encoding="utf-8")
    keep_of_table(path, 90)
    assert path.read_text(encoding="utf-8") == '{"networks": 90}\n'


def test_the_template_is_the_table_s():
    assert table_template(TABLE) == TEMPLATE
