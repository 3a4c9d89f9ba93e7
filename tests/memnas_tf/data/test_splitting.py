"""Which images are held out: of every class, in its proportion, at random but the same again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memnas_tf.data.splitting import representative_order, split_by_class, split_indices
from memnas_tf.errors import DataError

COUNTS = st.lists(st.integers(0, 40), min_size=1, max_size=12).filter(any)
FRACTIONS = st.floats(0.01, 0.99)
SEEDS = st.integers(0, 2**63 - 1)


def labels_of(counts, seed=0):
    labels = np.repeat(np.arange(len(counts)), counts)
    return np.random.default_rng(seed % 2**32).permutation(labels)


@given(COUNTS, FRACTIONS, SEEDS, st.sampled_from([1, 2]))
def test_every_class_is_in_every_part_as_far_as_it_goes(counts, fraction, seed, keep):
    labels = labels_of(counts, seed)
    kept, held_out = split_by_class(labels, fraction, seed, keep)
    assert sorted([*kept, *held_out]) == list(range(len(labels)))
    for label, count in enumerate(counts):
        held = (labels[held_out] == label).sum()
        assert (held >= 1) == (count > keep)
        assert count - held >= min(count, keep)


@given(st.lists(st.integers(20, 60), min_size=1, max_size=8), st.floats(0.1, 0.9), SEEDS)
def test_shares_are_those_of_the_whole(counts, fraction, seed):
    labels = labels_of(counts, seed)
    _, held_out = split_by_class(labels, fraction, seed)
    assert len(held_out) == round(len(labels) * fraction)
    shares = np.array(counts) * fraction
    assert np.abs(np.bincount(labels[held_out], minlength=len(counts)) - shares).max() < 1


def test_the_seed_chooses():
    labels = labels_of([30, 30, 3])
    splits = [split_by_class(labels, 0.2, seed)[1].tolist() for seed in (0, 0, 1, 2)]
    assert splits[0] == splits[1]
    assert splits[1] != splits[2] != splits[3]
    # Every image of a small class is held out by some seed.
    rare = {
        int(index)
        for seed in range(30)
        for index in split_by_class(labels, 0.2, seed)[1]
        if labels[index] == 2
    }
    assert rare == set(np.flatnonzero(labels == 2))


@pytest.mark.parametrize(
    ("counts", "fraction", "message"),
    [
        ([5, 5], 0.01, "10 to train on and 0 to validate on"),
        ([1, 1], 0.9, "0 to train on"),
        ([1, 1, 1], 0.4, "3 to train on and 0 to validate on"),
    ],
)
def test_a_part_that_would_be_empty_is_refused(counts, fraction, message):
    with pytest.raises(DataError, match=message):
        split_indices(labels_of(counts), fraction, seed=0)


def test_nothing_need_be_held_out():
    train, held_out = split_indices(labels_of([4, 4]), 0, seed=0)
    assert (len(train), len(held_out)) == (8, 0)


@given(COUNTS, SEEDS, st.integers(0, 200))
def test_the_first_images_however_many_represent_the_whole(counts, seed, count):
    labels = labels_of(counts, seed)
    order = representative_order(labels, seed)
    assert sorted(order) == list(range(len(labels)))
    first = np.bincount(labels[order[:count]], minlength=len(counts))
    if count >= 2 * len(counts):
        assert all(first >= np.minimum(counts, 2))
    shares = np.array(counts) * min(count, len(labels)) / len(labels)
    assert all(first <= shares + 3)
