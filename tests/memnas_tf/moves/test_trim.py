"""Trim: Equation 2, and each kind worked out by hand."""

import pytest
from hypothesis import given, settings

from memnas_tf.genotype import (
    PRESETS,
    Cell,
    Genotype,
    canonical_key,
    from_string,
    live_cells,
    to_string,
)
from memnas_tf.genotype.genotype import has_output, resolve
from memnas_tf.memory import parameter_count
from memnas_tf.moves import count_trimmed, generate_candidates, grow, trim
from memnas_tf.template import cifar_template
from tests.helpers.genotypes import genotypes


def trims(text, kind):
    """What a one-block genotype is trimmed to, as from -> text."""
    return {
        move.text: to_string(Genotype(move.blocks)).removeprefix("1x")
        for move in trim(from_string(text))
        if move.kind == kind
    }


@pytest.mark.parametrize(
    ("base", "count"),
    [
        (Genotype.empty(), 0),
        (PRESETS["figure-1b"], 5 * (6 + 3 + 2)),
        (PRESETS["supplement"], 5 * (12 + 6 + 5)),
        (from_string("0c3+0id=/0id+0id="), (1 + 1 + 1) + (0 + 1 + 1)),
    ],
)
def test_equation_2(base, count):
    """The sum over blocks of operations, cells and outputs: 55 for Figure 1(b)."""
    assert count_trimmed(base) == count
    assert sum(1 for _ in trim(base)) == count


@settings(deadline=None, max_examples=60)
@given(genotypes())
def test_any_base_is_trimmed_as_often_as_counted(base):
    moves = list(trim(base))
    assert len(moves) == count_trimmed(base)
    for move in moves:
        trimmed = Genotype(move.blocks)  # valid
        assert [len(block) for block in move.blocks] == [len(block) for block in base.blocks]
        changed = [new != old for new, old in zip(move.blocks, base.blocks, strict=True)]
        assert sum(changed) == 1
        assert move.text.startswith(f"block {changed.index(True) + 1}: ")
        assert canonical_key(trimmed) != canonical_key(base)


@settings(deadline=None, max_examples=60)
@given(genotypes())
def test_what_feeds_nothing_is_removed(base):
    for move in trim(base):
        if move.kind == "operation":
            continue
        for block, before in zip(move.blocks, base.blocks, strict=True):
            if block != before and has_output(block):
                alive = {i for i, slot in enumerate(block, 1) if isinstance(slot, Cell)}
                assert alive == set(live_cells(block))


def test_an_operation_becomes_identity():
    assert trims("0c3+0d3,1mp:0id=", "operation") == {
        "block 1: C1 3x3 convolution becomes identity": "0id+0d3,1mp:0id=",
        "block 1: C1 3x3 depthwise becomes identity": "0c3+0id,1mp:0id=",
        "block 1: C2 3x3 max pooling becomes identity": "0c3+0d3,1id:0id=",
    }


def test_a_removed_cell_is_read_through_to_the_earlier_of_its_inputs():
    assert trims("0c3+0d3=,1mp+0ap=,2c3+1d5=", "cell") == {
        "block 1: remove C1": "0,1mp+0ap=,2c3+1d5=",
        "block 1: remove C2": "0c3+0d3=,0,2c3+1d5=",
        "block 1: remove C3": "0c3+0d3=,1mp+0ap=,1",
    }


def test_removing_a_cell_takes_what_fed_only_it():
    """C3 read C1 and C2, and was all that did: every alias now leads to r1."""
    assert trims("0c3+0d3,1d5+1d5,2mp+1ap=,0c3+0c3=", "cell")["block 1: remove C3"] == (
        "0,1,1,0c3+0c3="
    )


def test_an_output_is_taken_out():
    assert trims("0c3+0d3=,1mp+0ap=", "output") == {
        "block 1: C1 leaves the output": "0c3+0d3,1mp+0ap=",
        "block 1: C2 leaves the output": "0c3+0d3=,0",
    }


def test_an_output_that_nothing_reads_goes_with_all_that_fed_only_it():
    assert trims("0c3+0c3=,0d3+0d3,2mp+2mp,3ap+1c3=", "output") == {
        "block 1: C1 leaves the output": "0c3+0c3,0d3+0d3,2mp+2mp,3ap+1c3=",
        "block 1: C4 leaves the output": "0c3+0c3=,0,2,1",
    }


def test_only_one_block_is_trimmed():
    base = from_string("2x0c3+0d3=,1mp+0ap=")
    texts = {to_string(Genotype(move.blocks)) for move in trim(base) if move.kind == "cell"}
    assert texts == {
        "0,1mp+0ap=/0c3+0d3=,1mp+0ap=",
        "0c3+0d3=,0/0c3+0d3=,1mp+0ap=",
        "0c3+0d3=,1mp+0ap=/0,1mp+0ap=",
        "0c3+0d3=,1mp+0ap=/0c3+0d3=,0",
    }


def test_a_later_grow_reads_through_an_alias():
    """C1 is removed in block 1 only; a cell grown on C1 reads r1 there and C1 in block 2."""
    base = from_string("0,1mp+0ap=/0c3+0d3=,1mp+0ap=")
    grown = {move.text: move.blocks for move in grow(base)}["grow 1c3+2d3="]
    first, second = grown
    assert resolve(first) == [0, 0, 2, 3]
    assert live_cells(first)[3] == Cell(0, 2, "conv_3x3", "depthwise_3x3", "sum", True)
    assert live_cells(second)[3] == Cell(1, 2, "conv_3x3", "depthwise_3x3", "sum", True)


@settings(deadline=None, max_examples=60)
@given(genotypes())
def test_less_of_an_operation_or_output_never_means_more_parameters(base):
    template = cifar_template((16, 16, 3), 10, 4, len(base.blocks))
    most = parameter_count(base, template)
    for candidate in generate_candidates(base, max_cells=0):
        if candidate.kind != "cell":
            assert parameter_count(candidate.genotype, template) <= most


def test_one_cell_less_can_mean_more_parameters():
    """What read a narrow sum now reads the wider concat before it."""
    base = from_string("0id:0id,1id+1id,2c3+2c3=,2c3+2c3=")
    (shorter,) = (Genotype(move.blocks) for move in trim(base) if move.text == "block 1: remove C2")
    template = cifar_template((16, 16, 4), 10, 4, 1)
    assert parameter_count(shorter, template) > parameter_count(base, template)
