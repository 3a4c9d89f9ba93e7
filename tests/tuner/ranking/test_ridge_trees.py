"""What only the ridge regression with randomised trees does."""

import numpy as np
import pytest

from memnas_tf.genotype import Genotype
from tuner.ranking import LabelledRound, RidgeTreesRanker, best_rank_at_k, kendall_tau


def of_size(genotypes, sizes):
    return [one for one in genotypes if one.slots in sizes]


def quality(genotype):
    """A number that grows with size, with convolutions and with pooling in the first block."""
    cells = [cell for block in genotype.blocks for cell in block]
    names = [name for cell in cells for name in (cell.operation_1, cell.operation_2)]
    first = [n for cell in genotype.blocks[0] for n in (cell.operation_1, cell.operation_2)]
    return (
        np.log(len(names)) + 0.2 * np.log1p(names.count("conv_3x3")) + 0.1 * ("max" in str(first))
    )


def labelled(genotypes, base=0.0):
    return LabelledRound(tuple(genotypes), tuple(quality(one) - base for one in genotypes))


@pytest.fixture
def make(sizes):
    def made(rounds, seed=0):
        ranker = RidgeTreesRanker(**sizes, seed=seed)
        ranker.fit(rounds)
        return ranker

    return made


def test_ranks_larger_networks_than_it_learned_from(make, draw):
    genotypes = draw(400, 1)
    small, large = of_size(genotypes, {1, 2})[:25], of_size(genotypes, {4})
    truth = [quality(one) for one in large]
    scores = make([labelled(small)]).score(large)
    assert kendall_tau(truth, scores) > 0.5
    assert best_rank_at_k(truth, scores, 10) <= len(large) // 10


def test_five_to_twenty_labels_of_one_round_beat_chance(make, draw):
    others = draw(200, 3)
    truth = [quality(one) for one in others]

    def mean_tau(labels):
        scores = [make([labelled(draw(labels, seed))]).score(others) for seed in range(10, 14)]
        return np.mean([kendall_tau(truth, one) for one in scores])

    assert mean_tau(5) > 0.15
    assert mean_tau(20) > 0.4


def test_what_a_round_s_targets_have_in_common_is_its_base_s(make, draw):
    genotypes = draw(300, 4)
    small, middle = of_size(genotypes, {1, 2})[:25], of_size(genotypes, {3})[:25]
    ranked = of_size(genotypes, {4})
    truth = [quality(one) for one in ranked]
    # The second round's targets are as low as the first's, though its networks are better.
    base = quality(middle[0]) - quality(small[0])
    apart = make([labelled(small), labelled(middle, base)])
    together = make([labelled(small), labelled(middle)])
    tau = kendall_tau(truth, apart.score(ranked))
    # It hardly matters whether the effect of the base is in the targets ...
    assert tau == pytest.approx(kendall_tau(truth, together.score(ranked)), abs=0.05)
    merged = LabelledRound(
        (*small, *middle),
        (*labelled(small).targets, *labelled(middle, base).targets),
    )
    # ... as long as it is known which targets have it in common.
    assert tau > kendall_tau(truth, make([merged]).score(ranked))


def test_a_network_known_twice_with_two_results_is_expected_between(make, draw):
    genotypes = draw(20, 5)
    twice = LabelledRound((*genotypes, genotypes[0]), (*(0.0,) * 20, 1.0))
    (score,) = make([twice]).score(genotypes[:1])
    assert 0 < score < 1


def test_one_label_is_what_it_expects_of_all(make, draw):
    genotypes = draw(10, 6)
    scores = make([LabelledRound(genotypes[:1], (0.7,))]).score(genotypes)
    np.testing.assert_allclose(scores, 0.7)


def test_a_round_of_one_label_adds_to_another(make, draw):
    genotypes = draw(30, 7)
    rounds = [labelled(genotypes[:29]), LabelledRound(genotypes[29:], (100.0,))]
    scores = make(rounds).score(draw(50, 8))
    assert np.isfinite(scores).all()


def test_the_same_network_written_otherwise_gets_the_same_score(make, draw):
    ranker = make([labelled(draw(20, 9))])
    genotype = Genotype.repeat(draw(1, 10)[0].blocks[0], 3)
    swapped = Genotype(
        tuple(
            tuple(
                type(cell)(
                    cell.input_2,
                    cell.input_1,
                    cell.operation_2,
                    cell.operation_1,
                    cell.combine,
                    cell.is_output,
                )
                for cell in block
            )
            for block in genotype.blocks
        )
    )
    first, second = ranker.score([genotype, swapped])
    assert first == pytest.approx(second)


def test_scores_do_not_depend_on_how_many_are_asked_for(make, draw, monkeypatch):
    ranker, genotypes = make([labelled(draw(20, 11))]), draw(7, 12)
    at_once = ranker.score(genotypes)
    monkeypatch.setattr("tuner.ranking.ridge_trees.AT_ONCE", 3)
    np.testing.assert_allclose(ranker.score(genotypes), at_once)
