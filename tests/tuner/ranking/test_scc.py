"""What only the structure correlation controller does."""

from dataclasses import replace

import numpy as np
import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import Genotype
from tuner.ranking import StructureCorrelationController
from tuner.ranking.coding import code_candidates, code_shape
from tuner.ranking.encoder import build_encoder, make_seeds
from tuner.ranking.keras_ranker import CodedRound
from tuner.ranking.metrics import kendall_tau
from tuner.ranking.scc import build_head, draw_groups, join, pad, split


def swapped(genotype):
    return Genotype(
        tuple(
            tuple(
                replace(
                    cell,
                    input_1=cell.input_2,
                    input_2=cell.input_1,
                    operation_1=cell.operation_2,
                    operation_2=cell.operation_1,
                )
                for cell in block
            )
            for block in genotype.blocks
        )
    )


@pytest.fixture(scope="module")
def cache():
    return {}


@pytest.fixture
def scc(cache, label, sizes):
    """Return a controller that has learned two rounds, the same one in all tests."""
    if not cache:
        cache["scc"] = StructureCorrelationController(**sizes, seed=0)
        cache["scc"].fit([label(40, 1), label(40, 2)])
    return cache["scc"]


def test_shuffled_candidates_rank_about_the_same(scc, draw):
    candidates = draw(300, 3)
    scores = scc.score(candidates)
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(candidates))
        shuffled = np.empty(len(candidates))
        shuffled[order] = scc.score([candidates[i] for i in order])
        assert kendall_tau(scores, shuffled) > 0.9


def test_a_score_depends_on_the_other_candidates(scc, draw):
    candidates = draw(20, 3)
    assert not np.allclose(scc.score(candidates)[:10], scc.score(candidates[:10]))


def test_swapped_operations_change_no_score(scc, draw):
    candidates = draw(40, 3)
    np.testing.assert_allclose(
        scc.score([swapped(genotype) for genotype in candidates]), scc.score(candidates), atol=1e-4
    )


@pytest.fixture
def code_sizes(sizes):
    return {name: sizes[name] for name in ("max_cells", "blocks")}


def test_codes_hold_each_cell_both_ways_round(draw, code_sizes):
    candidates = draw(5, 3)
    codes = code_candidates(candidates, **code_sizes)
    half = code_sizes["max_cells"]
    assert codes.shape == (5, *code_shape(**code_sizes))
    other = code_candidates([swapped(genotype) for genotype in candidates], **code_sizes)
    np.testing.assert_array_equal(codes[:, :, half:], other[:, :, :half])
    np.testing.assert_array_equal(codes[:, :, :half], other[:, :, half:])


def test_padding_changes_no_score(draw, code_sizes):
    seeds = make_seeds(0)
    encoder = build_encoder(code_shape(**code_sizes), seeds, layers=1, dropout=0.5)
    model = join(encoder, build_head(6, seeds))
    codes = code_candidates(draw(6, 1), **code_sizes)[None]
    blanked = codes.copy()
    blanked[:, 4:] = 0
    full, padded = np.asarray(model(codes)), np.asarray(model(blanked))
    assert full.shape == (1, 6, 1)
    np.testing.assert_allclose(full[:, :4], padded[:, :4], atol=1e-6)


def coded(count, start):
    values = np.arange(start, start + count, dtype=np.float32)
    return CodedRound(values.reshape(count, 1, 1, 1), values)


def test_groups_hold_one_round_each_and_every_candidate_once_per_epoch():
    batches = draw_groups([coded(5, 0), coded(3, 100)], 3, seed=0)
    batch = next(batches)
    assert batch.codes.shape == (3, 3, 1, 1, 1)
    real = batch.weights > 0
    assert sorted(batch.targets[real]) == [0, 1, 2, 3, 4, 100, 101, 102]
    np.testing.assert_array_equal(batch.codes[..., 0, 0, 0][real], batch.targets[real])
    for targets, members in zip(batch.targets, real, strict=True):
        assert len(set(targets[members] >= 100)) == 1
    assert not np.array_equal(next(batches).targets, batch.targets)


def test_weights_make_the_loss_the_mean_of_equation_3():
    batch = next(draw_groups([coded(4, 0), coded(2, 10)], 4, seed=0))
    errors = batch.targets**2
    groups = [np.mean(np.arange(4.0) ** 2), np.mean([10.0**2, 11.0**2])]
    assert np.mean(batch.weights * errors) == pytest.approx(np.mean(groups))


def test_groups_are_split_evenly_and_padded_at_the_end():
    groups = split(np.arange(7), 3)
    assert [group.tolist() for group in groups] == [[0, 1, 2], [3, 4], [5, 6]]
    index, real = pad(groups, 3)
    assert index.tolist() == [[0, 1, 2], [3, 4, 0], [5, 6, 0]]
    assert real.tolist() == [[True] * 3, [True, True, False], [True, True, False]]


def test_it_averages_over_one_order_at_least(sizes):
    with pytest.raises(ConfigError, match="orders is 0"):
        StructureCorrelationController(**sizes, seed=0, orders=0)
