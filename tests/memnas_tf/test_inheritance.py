"""Which weights are taken over: channels by hand, and what holds for every move."""

from itertools import islice

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from memnas_tf.errors import GenotypeError
from memnas_tf.genotype import Genotype, from_string, live_cells
from memnas_tf.genotype.genotype import has_output
from memnas_tf.inheritance import plan_inheritance
from memnas_tf.moves import grow, narrow, trim, widen
from memnas_tf.template import Template, block_channels, cifar_template
from tests.helpers.genotypes import genotypes

TWO = cifar_template((8, 8, 3), classes=2, filters=2, blocks=2)


def plan(genotype, base, template=TWO):
    return plan_inheritance(from_string(genotype), from_string(base), template)


def test_a_grown_cell_adds_channels_behind_those_of_the_base():
    inheritance = plan("2x0c3+0d3=,1c3:0mp=", "2x0c3+0d3=")
    new = (None,) * 4
    assert inheritance.classifier == (0, 1, *new)
    assert inheritance.operations == {
        (1, 1, 0): (0, 1, 2),
        (1, 1, 1): (0, 1, 2),
        (2, 1, 0): (0, 1, *new),
        (2, 1, 1): (0, 1, *new),
    }


def test_what_is_behind_a_removed_cell_moves_up():
    inheritance = plan("0,0d3+0d3=/0c3:0c3=", "0c3:0c3=,0d3+0d3=/0c3:0c3=")
    assert inheritance.operations[2, 1, 0] == (4, 5)
    assert (1, 1, 0) not in inheritance.operations
    assert inheritance.classifier == (0, 1, 2, 3)


def test_a_reader_of_a_removed_cell_takes_channels_by_position():
    """The cell made four channels, the image that is read in its place has three."""
    inheritance = plan("0,1c3+1d3=/0c3+0c3=", "0c3:0c3,1c3+1d3=/0c3+0c3=")
    assert inheritance.operations[1, 2, 0] == (0, 1, 2)
    # The other way round: the new cell's output is wider than the image.
    inheritance = plan("0c3:0c3,1c3+1d3=/0c3+0c3=", "0,1c3+1d3=/0c3+0c3=")
    assert inheritance.operations[1, 2, 0] == (0, 1, 2, None)


def test_an_operation_of_another_kind_keeps_nothing_and_its_readers_everything():
    inheritance = plan("0c3+0id,1d3+1d3=/0c3+0c3=", "0c3+0d3,1d3+1d3=/0c3+0c3=")
    assert (1, 1, 1) not in inheritance.operations
    assert inheritance.operations[1, 2, 1] == (0, 1)


def test_an_output_that_leaves_takes_its_channels_along():
    inheritance = plan("0c3+0d3,1c3+0mp=/0c3+0c3=", "0c3+0d3=,1c3+0mp=/0c3+0c3=")
    assert inheritance.operations[1, 1, 0] == (0, 1, 2)
    assert inheritance.operations[2, 1, 0] == (2, 3)


def test_nothing_is_left_of_an_operation_whose_whole_input_is_new():
    inheritance = plan("0c3+0d3,1c3+0mp=/0c3+0c3=", "0c3+0d3=,1c3+0mp/0c3+0c3=")
    assert (2, 1, 0) not in inheritance.operations
    assert inheritance.operations[1, 1, 0] == (0, 1, 2)


def test_a_larger_network_repeats_the_blocks():
    template = Template((8, 8, 3), 2, (2,) * 4, (1,) * 4, stem=(5,))
    inheritance = plan("2x0c3+0d3=,1c3+0mp=", "2x0c3+0d3=", template)
    assert inheritance.operations[1, 1, 0] == (0, 1, 2, 3, 4)
    assert {place.block for place in inheritance.operations} == {1, 2, 3, 4}


def test_a_widened_block_keeps_its_filters_and_a_narrowed_one_the_first_of_them():
    base = "0c3:0d3=/0c3+0id="
    new, gone = (None,) * 4, plan(f"{base.replace('=/', '=@8/')}", base)
    assert gone == plan(base, base)
    template = cifar_template((8, 8, 3), classes=2, filters=8, blocks=2)
    wider = plan("0c3:0d3=@12/0c3+0id=", base, template)
    eight, sixteen = tuple(range(8)), tuple(range(8, 16))
    assert wider.operations[2, 1, 0] == (*eight, *new, *sixteen, *new)
    assert wider.classifier == eight
    narrower = plan("0c3:0d3=@4/0c3+0id=", base, template)
    assert narrower.operations[2, 1, 0] == (0, 1, 2, 3, 8, 9, 10, 11)


@pytest.mark.parametrize("pair", [("2x0c3+0c3", "2x0c3+0c3="), ("2x0c3+0c3=", "2x0c3+0c3")])
def test_what_cannot_be_built_is_refused(pair):
    with pytest.raises(GenotypeError, match="block 1 has no output"):
        plan(*pair)


@given(genotypes(max_blocks=2, max_cells=3), st.integers(0, 10**6))
def test_a_move_takes_over_channels_that_are_there(base, number):
    template = cifar_template((8, 8, 3), 2, filters=2, blocks=len(base.blocks))
    moves = [*trim(base), *widen(base), *narrow(base)]
    moves += islice(grow(base), number % 50, None, 50)
    move = moves[number % len(moves)]
    assume(all(map(has_output, move.blocks)))
    genotype = Genotype(move.blocks, move.widths)
    inheritance = plan_inheritance(genotype, base, template)
    width, old_width = (
        block_channels(block, geometry.filters)
        for block, geometry in (list(template.geometries(one))[-1] for one in (genotype, base))
    )
    taken = [channel for channel in inheritance.classifier if channel is not None]
    assert len(inheritance.classifier) == width
    assert taken == sorted(set(taken)) and set(taken) <= set(range(old_width))
    if move.kind == "grow":
        assert taken == list(range(old_width))
        # Every operation of the base is there, and every channel that it reads.
        count = sum(2 * len(live_cells(block)) for block in base.blocks)
        assert len(inheritance.operations) == count
        for channels in inheritance.operations.values():
            old = [channel for channel in channels if channel is not None]
            assert old == list(range(len(old)))


@given(genotypes(max_blocks=2, max_cells=3))
def test_a_network_takes_over_all_of_itself(genotype):
    template = cifar_template((8, 8, 3), 2, filters=2, blocks=len(genotype.blocks))
    inheritance = plan_inheritance(genotype, genotype, template)
    assert None not in inheritance.classifier
    assert all(list(c) == list(range(len(c))) for c in inheritance.operations.values())
