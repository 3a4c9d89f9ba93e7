from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.table import Run, append_run, load_table, open_table, read_runs
from benchmarks.table_training import Recipe, Trainer
from benchmarks.table_work import SIZES, Work, work_list
from benchmarks.trained_table import fill_table
from memnas_tf.genotype import Genotype, canonical_key, from_string, to_string
from memnas_tf.moves import grow


@pytest.fixture(scope="module")
def work():
    return work_list(0)


def fake_run(item):
    return Run(to_string(item.genotype), item.origin, item.seed, (0.5,), 1, 1, 1, 0.0, 0.0)


def test_the_work_list_is_a_function_of_the_seed():
    assert work_list(3, tiers=2) == work_list(3, tiers=2)
    assert work_list(3, tiers=2) != work_list(4, tiers=2)


def test_enough_different_networks_and_enough_under_three_seeds(work):
    seeds = {}
    for item in work:
        seeds.setdefault(canonical_key(item.genotype), []).append(item.seed)
    assert len(seeds) >= 400
    assert sum(sorted(found) == [0, 1, 2] for found in seeds.values()) >= 40
    assert all(len(set(found)) == len(found) for found in seeds.values())


def test_every_tier_has_both_origins_in_every_size(work):
    firsts = [item for item in work if item.seed == 0]
    wanted = Counter((origin, size) for origin in ("random", "grown") for size in SIZES)
    for start in range(0, len(firsts), 12):
        tier = firsts[start : start + 12]
        assert Counter((item.origin, item.size) for item in tier) == wanted
        assert all(item.genotype.slots == item.size for item in tier)


def test_no_network_holds_cells_that_feed_nothing(work):
    for item in work:
        assert all(len(text.split(",")) == len(block) for text, block in blocks_of(item.genotype))


def blocks_of(genotype):
    return zip(canonical_key(genotype).split("/"), genotype.blocks, strict=True)


def test_grown_networks_are_chains_of_moves(work):
    grown = [item for item in work if item.origin == "grown" and item.seed == 0]
    known = {item.genotype.blocks for item in grown} | {((),) * 3}
    for item in grown:
        assert tuple(block[:-1] for block in item.genotype.blocks) in known
        if item.size <= 2:
            base = Genotype(tuple(block[:-1] for block in item.genotype.blocks))
            assert item.genotype.blocks in {move.blocks for move in grow(base)}


def test_the_first_forty_come_once_before_any_comes_again(work):
    assert {item.seed for item in work[:48]} == {0}
    assert Counter(item.seed for item in work[:84]) == {0: 60, 1: 12, 2: 12}


def test_few_tiers_are_all_repeated():
    work = work_list(0, tiers=2)
    assert Counter(item.seed for item in work) == {0: 24, 1: 24, 2: 24}


def test_a_table_stopped_at_any_place_goes_on(work, tmp_path):
    path = tmp_path / "table.jsonl"
    work = work_list(0, tiers=1, repeated=1)
    open_table(path, {})
    asked = iter(range(5))
    fill_table(path, work, fake_run, lambda: next(asked) < 4)
    assert len(list(read_runs(path))) == 4
    with path.open("a", encoding="utf-8") as file:
        file.write('{"genotype":"3x0d')
    fill_table(path, work, fake_run)
    assert list(read_runs(path)) == list(map(fake_run, work))
    assert [row.seeds for row in load_table([path])] == [(0, 1, 2)] * 12


def test_what_another_process_has_finished_is_not_trained(work, tmp_path):
    path = tmp_path / "table.jsonl"
    open_table(path, {})
    append_run(path, replace(fake_run(work[1]), accuracies=(0.9,)))
    trained = []
    fill_table(path, work[:3], lambda item: trained.append(item) or fake_run(item))
    assert trained == [work[0], work[2]]


@pytest.fixture(scope="module")
def recipe():
    return Recipe(
        dataset="digits",
        train_images=64,
        validation_images=32,
        stem=(4,),
        filters=(4, 4),
        strides=(1, 2),
        epochs=2,
        batch_size=32,
    )


def test_a_run_depends_on_the_network_and_the_seed_alone(recipe):
    data = recipe.load(None)
    first = Work(from_string("2x0d3+0mp="), "grown", 1, 0)
    other = first._replace(seed=1)
    run = Trainer(recipe, data).train(first)
    assert (run.genotype, run.origin, run.seed) == ("2x0d3+0mp=", "grown", 0)
    assert len(run.accuracies) == 2 and min(run.parameter_bytes, run.arena_bytes) > 0
    trainer = Trainer(recipe, data)
    trainer.train(other)
    assert trainer.train(first).accuracies == run.accuracies


def test_training_can_be_interrupted_after_any_step(recipe):
    def interrupt():
        raise KeyboardInterrupt

    trainer = Trainer(recipe, recipe.load(None), interrupt)
    with pytest.raises(KeyboardInterrupt):
        trainer.train(Work(from_string("2x0d3+0mp="), "grown", 1, 0))
