"""Candidates: every network once, and nothing that is none."""

import pytest
from hypothesis import given, settings

from memnas_tf.genotype import PRESETS, Genotype, canonical_key, from_string
from memnas_tf.moves import generate_candidates, grow, trim
from tests.helpers.genotypes import genotypes
from tests.helpers.processes import run_python


@settings(deadline=None, max_examples=15)
@given(genotypes(max_cells=3))
def test_candidates_are_new_distinct_networks(base):
    candidates = list(generate_candidates(base, max_cells=4))
    keys = [candidate.key for candidate in candidates]
    assert len(set(keys)) == len(keys)
    assert canonical_key(base) not in keys
    for candidate in candidates:
        candidate.genotype.require_buildable()
        assert candidate.key == canonical_key(candidate.genotype)


@settings(deadline=None, max_examples=15)
@given(genotypes(max_cells=3))
def test_no_network_is_lost(base):
    """Each move's network is among the candidates, is the base, or cannot be built."""
    keys = {candidate.key for candidate in generate_candidates(base, max_cells=4)}
    for move in (*grow(base), *trim(base)):
        genotype = Genotype(move.blocks, move.widths)
        if canonical_key(genotype) not in {*keys, canonical_key(base)}:
            with pytest.raises(ValueError, match="has no output"):
                genotype.require_buildable()


def test_the_first_round():
    """Of 196 moves, 98 leave an output; 7 pairs of equal and 21 of different operations, twice."""
    candidates = list(generate_candidates(Genotype.empty(), max_cells=5))
    assert len(candidates) == 2 * (7 + 21)
    assert {candidate.kind for candidate in candidates} == {"grow"}


def test_excluded_networks_are_left_out():
    base = from_string("2x0c3+0d3=")
    every = [candidate.key for candidate in generate_candidates(base, max_cells=2)]
    some = every[::3]
    left = [candidate.key for candidate in generate_candidates(base, 2, exclude=some)]
    assert left == [key for key in every if key not in some]


@pytest.mark.parametrize("max_cells", [2, 3])
def test_nothing_is_grown_at_the_largest_number_of_cells(max_cells):
    candidates = list(generate_candidates(PRESETS["figure-1b"], max_cells))
    assert {candidate.kind for candidate in candidates} == {"operation", "cell", "output"}


def test_grown_and_trimmed_below_the_largest_number_of_cells():
    base = PRESETS["figure-1b"]
    for candidate in generate_candidates(base, max_cells=4):
        if candidate.kind == "grow":
            assert tuple(block[:-1] for block in candidate.genotype.blocks) == base.blocks
            assert len({block[-1] for block in candidate.genotype.blocks}) == 1
        else:
            assert candidate.genotype.slots == 3
    assert candidate.kind == "output"


def test_the_last_cell_of_a_block_stays():
    base = from_string("2x0c3+0d3=")
    assert {candidate.kind for candidate in generate_candidates(base, max_cells=1)} == {"operation"}


def test_the_order_is_fixed():
    base = PRESETS["figure-1b"]
    first = list(generate_candidates(base, max_cells=4))
    assert list(generate_candidates(base, max_cells=4)) == first
    assert [candidate.move for candidate in first[:2]] == ["grow 0c3+0c3=", "grow 0c3+0d3="]
    assert first[-1].move == "block 5: C2 leaves the output"


def test_the_order_does_not_depend_on_the_hash_seed():
    script = (
        "from memnas_tf.genotype import PRESETS\n"
        "from memnas_tf.moves import generate_candidates\n"
        "for candidate in generate_candidates(PRESETS['figure-1b'], 4):\n"
        "    print(candidate.key)"
    )
    assert run_python(script, PYTHONHASHSEED="1") == run_python(script, PYTHONHASHSEED="2")
