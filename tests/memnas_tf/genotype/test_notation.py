"""The compact string."""

import re

import pytest
from hypothesis import given, settings

from memnas_tf.errors import GenotypeError
from memnas_tf.genotype import Bypass, Cell, Genotype, from_string, to_string
from tests.helpers.genotypes import genotypes, raw_genotypes

TWO_BLOCKS = Genotype(
    (
        (Cell(0, 0, "depthwise_5x5", "dilated_3x3", "concat", True),),
        (
            Cell(0, 0, "average_pool_3x3", "conv_3x3", "sum", False),
            Bypass(1),
            Cell(2, 1, "identity", "factorised_7x7", "sum", True),
        ),
    )
)


def test_written_out():
    assert to_string(TWO_BLOCKS) == "0d5:0a3=/0ap+0c3,1,2id+1f7="


def test_read_back():
    assert from_string(" 0d5:0a3=/0ap+0c3,1,2id+1f7=\n") == TWO_BLOCKS


def test_equal_blocks_are_written_once():
    text = "16x0mp:0d3="
    assert to_string(from_string(text)) == text
    assert len(from_string(text).blocks) == 16


def test_empty_blocks():
    assert from_string("5x") == Genotype.empty()
    assert from_string("/0c3+0c3=").blocks[0] == ()


@settings(deadline=None)
@given(raw_genotypes())
def test_round_trip(genotype):
    assert from_string(to_string(genotype)) == genotype


def test_a_width_stands_behind_its_block():
    genotype = from_string("5x0d3+0f7=@12")
    assert genotype.widths == (12,) * 5
    assert to_string(genotype) == "5x0d3+0f7=@12"
    assert from_string("0c3+0c3=/0c3+0c3=@8/0c3+0c3=@4").widths == (8, 8, 4)
    assert to_string(from_string("0c3+0c3=/0c3+0c3=@4")) == "0c3+0c3=/0c3+0c3=@4"


@settings(deadline=None)
@given(genotypes(max_cells=12))
def test_nothing_needs_quoting_in_a_shell(genotype):
    assert re.fullmatch(r"[A-Za-z0-9.,:+/=@]+", to_string(genotype))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0c3+0c3=/0c3*0c3=", r"block 2, cell 1: cannot read '0c3\*0c3='"),
        ("0c3+0c3=@", r"block 1: cannot read the width ''; .* ends in @12"),
        ("0c3+0c3=/0c3+0c3=@1.5", r"block 2: cannot read the width '1.5'"),
        ("0c3+0c3=@8@8", r"block 1: cannot read the width '8@8'"),
        ("2x0c3+0c3=@65", r"block 1: the width is 65; give eighths of the filters, 1 to 64"),
        ("0c3+0c3,0c3+=", r"block 1, cell 2: cannot read '0c3\+='"),
        ("0c3+0c3,,0c3+0c3", "block 1, cell 2: cannot read ''"),
        ("0c3+0c3==", "block 1, cell 1: cannot read"),
        ("0C3+0c3=", "block 1, cell 1: cannot read '0C3"),
        ("0c3+0zz=", "block 1, cell 1: unknown operation 'zz' in '0c3.0zz='; use one of c3, d3"),
        ("0q9+0c3=", "block 1, cell 1: unknown operation 'q9'"),
        ("2x0c3+0c3=,0c3+3c3=", "block 1, cell 2: input_2 reads representation 3"),
        ("0c3+0c3=/1c3+0c3=", "block 2, cell 1: input_1 reads representation 1"),
        ("0c3+0c3=,5", "block 1, cell 2: the bypass reads representation 5"),
        ("-1c3+0c3=", "block 1, cell 1: cannot read '-1c3"),
        ("0x0c3+0c3=", "cannot read 0 blocks; give 1 to 1000"),
        ("1001x0c3+0c3=", "cannot read 1001 blocks; give 1 to 1000"),
        ("9" * 5000 + "x0c3+0c3=", "block 1, cell 1: cannot read '999"),
        ("0c3+" + "9" * 5000 + "c3=", r"block 1, cell 1: cannot read '0c3\+999"),
        ("9" * 5000, "block 1, cell 1: cannot read '999"),
        ("\u0660c3+0c3=", "block 1, cell 1: cannot read"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(text, message):
    with pytest.raises(GenotypeError, match=message):
        from_string(text)
