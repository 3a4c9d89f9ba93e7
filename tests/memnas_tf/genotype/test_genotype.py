"""The genotype as a value, and what it refuses."""

from dataclasses import FrozenInstanceError, replace

import pytest

from memnas_tf.errors import GenotypeError, MemNASError
from memnas_tf.genotype import Bypass, Cell, Genotype
from memnas_tf.genotype.genotype import resolve

GOOD = Cell(0, 0, "conv_3x3", "max_pool_3x3", "sum", True)


def second_block_of(*slots):
    """A genotype whose first block is fine."""
    return Genotype(((GOOD,), slots))


@pytest.mark.parametrize(
    ("slot", "fault"),
    [
        (replace(GOOD, input_1=2), "input_1 reads representation 2, but only 0 to 1 exist"),
        (replace(GOOD, input_2=-1), "input_2 reads representation -1"),
        (replace(GOOD, input_1=True), "input_1 reads representation True"),
        (replace(GOOD, input_2=0.0), "input_2 reads representation 0.0"),
        (replace(GOOD, input_1=None), "input_1 reads representation None"),
        (replace(GOOD, input_1=[0]), r"input_1 reads representation \[0\]"),
        (replace(GOOD, operation_1="conv_9x9"), "unknown operation 'conv_9x9'; use one of conv_3"),
        (replace(GOOD, operation_2=["conv_3x3"]), "unknown operation"),
        (replace(GOOD, combine="mean"), "unknown combination 'mean'; use one of sum, concat"),
        (replace(GOOD, is_output=1), "is_output is 1; use True or False"),
        (Bypass(2), "the bypass reads representation 2"),
        (Bypass(True), "the bypass reads representation True"),
        ("0c3+0c3", "expected a Cell or a Bypass, got '0c3"),
    ],
)
def test_a_bad_cell_is_refused_by_block_and_cell(slot, fault):
    second_block_of(GOOD, GOOD)  # what was valid before must not vouch for an equal-looking cell
    with pytest.raises(GenotypeError, match=f"^block 2, cell 2: {fault}"):
        second_block_of(GOOD, slot)


@pytest.mark.parametrize("blocks", [(), [(GOOD,)], None])
def test_blocks_must_be_a_tuple_of_at_least_one(blocks):
    with pytest.raises(GenotypeError, match="a tuple of at least one block"):
        Genotype(blocks)


def test_a_block_must_be_a_tuple():
    with pytest.raises(GenotypeError, match=r"^block 2: expected a tuple of cells, got \["):
        Genotype(((GOOD,), [GOOD]))


def test_errors_are_value_errors_of_the_project():
    assert issubclass(GenotypeError, MemNASError)
    assert issubclass(MemNASError, ValueError)


def test_a_genotype_is_an_immutable_value():
    genotype = Genotype.repeat((GOOD,), blocks=3)
    assert genotype == Genotype(((GOOD,),) * 3)
    assert len({genotype, Genotype.repeat([GOOD], blocks=3)}) == 1
    with pytest.raises(FrozenInstanceError):
        genotype.blocks = ()


def test_counts():
    genotype = second_block_of(GOOD, Bypass(0), GOOD)
    assert genotype.slots == 3
    assert genotype.cells == 3
    assert Genotype.empty() == Genotype(((),) * 5)
    assert Genotype.empty(2).cells == Genotype.empty(2).slots == 0


@pytest.mark.parametrize(
    "block", [(), (Bypass(0),), (replace(GOOD, is_output=False), Bypass(1))], ids=str
)
def test_a_block_without_an_output_cannot_be_built(block):
    genotype = Genotype(((GOOD,), block))
    with pytest.raises(GenotypeError, match=f"block 2 has no output.*its {len(block)} cells"):
        genotype.require_buildable()


def test_a_block_with_an_output_can_be_built():
    second_block_of(replace(GOOD, is_output=False), GOOD).require_buildable()


def test_bypasses_resolve_through_each_other():
    assert resolve((GOOD, Bypass(1), Bypass(2), GOOD, Bypass(0))) == [0, 1, 1, 1, 4, 0]
