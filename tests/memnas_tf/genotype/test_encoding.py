"""One-hot codes of cells."""

import numpy as np
import pytest
from hypothesis import given, settings

from memnas_tf.errors import GenotypeError
from memnas_tf.genotype import (
    PRESETS,
    Bypass,
    Genotype,
    code_width,
    decode,
    encode,
    from_string,
)
from tests.helpers.genotypes import cell, raw_genotypes


def code(*parts):
    """Bits from strings such as "0001"."""
    return [int(bit) for part in parts for bit in part]


def test_figure_1b():
    """The paper's Figure 1(b), with room for four representations."""
    expected = [
        code("0001", "0001", "0000010", "0001000", "001", "0"),
        code("0010", "0001", "0010000", "0000100", "110", "0"),
        code("0010", "0100", "0100000", "0100000", "100", "0"),
        [0] * code_width(4),
    ]
    actual = encode(PRESETS["figure-1b"], max_cells=4)
    assert actual.shape == (5, 4, 4 + 4 + 7 + 7 + 3 + 1)
    assert actual.dtype == np.float32
    for block in actual:
        assert block.astype(int).tolist() == expected


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("c3", "0000001"),
        ("d3", "0000010"),
        ("d5", "0000100"),
        ("f7", "0001000"),
        ("ap", "0010000"),
        ("mp", "0100000"),
        ("a3", "1000000"),
        ("id", "0000000"),
    ],
)
def test_operation_codes(text, bits):
    genotype = from_string(f"0{text}+0c3=")
    assert encode(genotype, 1)[0, 0].tolist() == code("1", "1", bits, "0000001", "100", "0")


@pytest.mark.parametrize(
    ("text", "bits"),
    [("0c3+0c3", "001"), ("0c3+0c3=", "100"), ("0c3:0c3=", "110"), ("0c3:0c3", "011")],
)
def test_output_codes(text, bits):
    assert encode(from_string(text), 1)[0, 0, -4:-1].tolist() == code(bits)


def test_a_bypass_keeps_only_what_it_reads():
    genotype = Genotype(((cell("0c3+0c3="), Bypass(1)),))
    assert encode(genotype, 3)[0, 1].tolist() == code("010", "0" * 21)


def test_the_last_column_is_the_block_s_width():
    code = encode(from_string("0c3+0c3=@16/0c3+0c3=/0c3+0c3=,0id+1id=@4"), 2)
    assert code[:, :, -1] * 3 == pytest.approx(np.array([[1, 0], [0, 0], [-1, -1]]))


@settings(deadline=None)
@given(raw_genotypes(max_cells=5))
def test_round_trip(genotype):
    assert decode(encode(genotype, max_cells=6)) == genotype


def test_too_many_cells():
    with pytest.raises(GenotypeError, match="3 cells do not fit a code of 2 cells"):
        encode(PRESETS["figure-1b"], max_cells=2)


@pytest.mark.parametrize("shape", [(2, 3), (1, 3, 22), (1, 2, 3, 4)])
def test_an_array_of_another_shape_is_refused(shape):
    with pytest.raises(GenotypeError, match="is no genotype's code"):
        decode(np.zeros(shape, np.float32))


@pytest.mark.parametrize(
    ("position", "value", "message"),
    [
        (0, 1, r"block 1, cell 2: \[1, 1\] is no one-hot code"),
        (1, 0, r"block 1, cell 2: \[0, 0\] is no one-hot code"),
        (4, 1, r"block 1, cell 2: \[1, 0, 0, 0, 0, 1, 0\] is no one-hot code"),
        (-3, 1, r"block 1, cell 2: \(1, 1, 1\) is no combination's code"),
    ],
)
def test_a_bad_code_is_refused_with_its_place(position, value, message):
    bits = encode(from_string("0c3+0c3=,0d3+0d3="), 2)
    bits[0, 1, position] = value
    if position == -3:
        bits[0, 1, -2] = 1
    with pytest.raises(GenotypeError, match=message):
        decode(bits)


def test_a_gap_before_a_cell_is_refused():
    bits = encode(from_string("0c3+0c3,0d3+0d3="), 2)
    bits[0, 0] = 0
    with pytest.raises(GenotypeError, match="block 1 has an empty place before a cell"):
        decode(bits)
