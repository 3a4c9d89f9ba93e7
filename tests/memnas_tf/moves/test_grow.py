"""Grow: Equation 1."""

import pytest
from hypothesis import given, settings

from memnas_tf.genotype import PRESETS, Bypass, Cell, Genotype, from_string
from memnas_tf.moves import count_grown, grow
from tests.helpers.genotypes import genotypes


@pytest.mark.parametrize(
    ("base", "count"),
    [
        (Genotype.empty(), 196),
        (from_string("5x0c3+0c3="), 784),
        (from_string("5x0c3+0c3,1d3+0c3="), 1764),
        (PRESETS["figure-1b"], 3136),
        (PRESETS["supplement"], 9604),
    ],
)
def test_equation_1(base, count):
    """|I|^2 |L|^2 |C|^2 with |L| = 7 and |C| = 2."""
    assert count_grown(base) == count
    assert sum(1 for _ in grow(base)) == count


@settings(deadline=None, max_examples=15)
@given(genotypes(max_cells=3))
def test_one_same_cell_is_appended_to_every_block(base):
    moves = list(grow(base))
    assert len(moves) == count_grown(base)
    assert len({move.blocks for move in moves}) == len(moves)
    for move in moves:
        assert move.kind == "grow"
        assert tuple(block[:-1] for block in move.blocks) == base.blocks
        assert len({block[-1] for block in move.blocks}) == 1
        Genotype(move.blocks)  # valid


def test_no_identity_is_grown():
    cells = [move.blocks[0][-1] for move in grow(Genotype.empty(1))]
    assert "identity" not in {cell.operation_1 for cell in cells}
    assert len({(cell.operation_1, cell.operation_2) for cell in cells}) == 49
    assert {(cell.combine, cell.is_output) for cell in cells} == {
        ("sum", True),
        ("sum", False),
        ("concat", True),
        ("concat", False),
    }


def test_a_new_cell_reads_what_every_block_has():
    base = from_string("0c3+0c3=,1c3+0d3=/0c3+0c3=")
    assert count_grown(base) == 784
    assert {move.blocks[0][-1].input_2 for move in grow(base)} == {0, 1}


def test_the_text_names_the_cell():
    first = next(grow(from_string("2x0c3+0c3=")))
    assert first.text == "grow 0c3+0c3="
    assert first.blocks[1][1] == Cell(0, 0, "conv_3x3", "conv_3x3", "sum", True)


def test_a_bypassed_place_counts_as_a_representation():
    base = Genotype(((Bypass(0), Cell(1, 0, "conv_3x3", "conv_3x3", "sum", True)),))
    assert count_grown(base) == 1764
