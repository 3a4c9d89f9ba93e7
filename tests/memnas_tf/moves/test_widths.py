"""The ladder of widths, and the two moves along it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memnas_tf.genotype import Genotype, canonical_key, from_string, to_string
from memnas_tf.moves import (
    PAPER_MOVES,
    count_grown,
    count_trimmed,
    generate_candidates,
    grow,
    narrow,
    trim,
    widen,
)
from memnas_tf.moves.widths import LADDER, distinct_widths, with_width
from memnas_tf.template import cifar_template
from tests.helpers.genotypes import genotypes


def filters(genotype, template):
    return [geometry.filters for _, geometry in template.geometries(genotype)]


def widths(moves):
    return [move.widths for move in moves]


def test_each_block_takes_one_step_on_the_ladder():
    base = from_string("0c3+0c3=/0c3+0c3=@24")
    assert widths(widen(base)) == [(12, 24), (8, 32)]
    assert widths(narrow(base)) == [(6, 24), (8, 16)]
    assert [move.text for move in widen(base)] == [
        "block 1: 12/8 of the filters",
        "block 2: 32/8 of the filters",
    ]


def test_the_ladder_has_two_ends():
    base = from_string("0c3+0c3=@64/0c3+0c3=@2")
    assert widths(widen(base)) == [(64, 3)]
    assert widths(narrow(base)) == [(48, 2)]


def test_the_empty_network_has_nothing_to_reshape():
    assert widths(widen(Genotype.empty())) == widths(narrow(Genotype.empty())) == []


def test_widths_of_the_same_filters_are_listed_once_by_the_one_nearest_to_the_templates():
    base = from_string("0c3+0c3=/0c3+0c3=@12")
    template = cifar_template((8, 8, 1), 2, filters=16, blocks=2)
    assert distinct_widths(base, 1, None) == {width: 8 + width for width in LADDER}
    assert distinct_widths(base, 1, template) == {
        **{2: 20, 4: 24, 6: 28, 8: 32, 12: 40, 16: 48, 24: 64},
        **{32: 80, 48: 112, 64: 144},
    }


def test_a_width_between_rungs_steps_onto_the_ladder():
    base = from_string("1x0c3+0c3=@10")
    assert widths(widen(base)) == [(12,)]
    assert widths(narrow(base)) == [(8,)]


@pytest.mark.parametrize(("width", "below"), [(8, 4), (12, 8), (2, None)])
def test_with_few_filters_a_step_goes_on_to_the_next_network(width, below):
    """Of 8 filters 6/8 are 8 again, and 2/8, 3/8 and 4/8 all four."""
    template = cifar_template((8, 8, 1), 2, filters=8, blocks=1)
    base = from_string(f"1x0c3+0c3=@{width}")
    assert widths(narrow(base, template)) == ([] if below is None else [(below,)])


@given(genotypes(max_blocks=2, max_cells=2), st.sampled_from([1, 4, 8, 12, 16, 64]))
def test_a_move_changes_the_filters_of_one_block_and_no_cell(base, count):
    template = cifar_template((16, 16, 3), 2, filters=count, blocks=len(base.blocks))
    before = filters(base, template)
    for moves, sign in ((widen(base, template), 1), (narrow(base, template), -1)):
        for move in moves:
            after = filters(Genotype(move.blocks, move.widths), template)
            assert move.blocks == base.blocks
            changed = [new - old for new, old in zip(after, before, strict=True) if new != old]
            assert len(changed) == 1 and changed[0] * sign > 0


@st.composite
def bases(draw):
    """Draw a network on the ladder, with the size of its blocks."""
    base = draw(genotypes(max_blocks=3, max_cells=2))
    filters = draw(st.sampled_from([4, 8, 16, 24, 64]))
    template = cifar_template((16, 16, 3), 2, filters=filters, blocks=len(base.blocks))
    for index in range(len(base.blocks)):
        widths = list(distinct_widths(base, index, template))
        base = with_width(base, index, draw(st.sampled_from(widths)))
    return base, template


@pytest.mark.parametrize(("there", "back"), [(widen, narrow), (narrow, widen)])
@settings(max_examples=50, deadline=None)
@given(drawn=bases())
def test_a_step_there_and_a_step_back_give_the_former_network(there, back, drawn):
    base, template = drawn
    for move in there(base, template):
        [block] = [i for i, width in enumerate(move.widths) if width != base.widths[i]]
        moved = Genotype(move.blocks, move.widths)
        found = [Genotype(one.blocks, one.widths) for one in back(moved, template)]
        [former] = [one for one in found if one.widths[block] != moved.widths[block]]
        assert former == base


@settings(max_examples=50, deadline=None)
@given(bases())
def test_a_search_that_only_grows_and_trims_never_changes_a_width(drawn):
    base, template = drawn
    moves = [*grow(base), *trim(base)]
    assert len(moves) == count_grown(base) + count_trimmed(base)
    assert {move.widths for move in moves} == {base.widths}
    found = generate_candidates(base, 2, moves=PAPER_MOVES, template=template)
    assert all(one.genotype.widths == base.widths for one in found)


@given(st.lists(st.sampled_from(LADDER), min_size=1, max_size=8), st.sampled_from([8, 16, 24]))
def test_whatever_way_leads_to_a_network_its_key_is_the_same(steps, count):
    template = cifar_template((16, 16, 3), 2, filters=count, blocks=1)
    genotype, keys = from_string("1x0c3+0c3="), {}
    for step in steps:
        moves = list((widen if step > 8 else narrow)(genotype, template))
        for move in moves:
            genotype = Genotype(move.blocks, move.widths)
        built = tuple(filters(genotype, template))
        assert keys.setdefault(built, canonical_key(genotype)) == canonical_key(genotype)


def test_candidates_of_all_moves_hold_those_of_the_paper_first():
    base = from_string("2x0c3+0d3=")
    paper = [one.key for one in generate_candidates(base, 2)]
    every = list(generate_candidates(base, 2, moves=("grow", "trim", "widen", "narrow")))
    assert [one.key for one in every[: len(paper)]] == paper
    assert [to_string(one.genotype) for one in every[len(paper) :]] == [
        "0c3+0d3=@12/0c3+0d3=",
        "0c3+0d3=/0c3+0d3=@12",
        "0c3+0d3=@6/0c3+0d3=",
        "0c3+0d3=/0c3+0d3=@6",
    ]
    assert [one.family for one in every[len(paper) :]] == ["widen", "widen", "narrow", "narrow"]
