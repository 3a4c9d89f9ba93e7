import pytest

from memnas_tf.genotype import block_difference, from_string

BASE = "0d3+0f7,1ap:0d5=,1mp+2mp="


def difference(text, base=BASE):
    return block_difference(from_string(text).blocks[0], from_string(base).blocks[0])


def test_a_block_beside_itself_has_no_difference():
    alone = block_difference(from_string(BASE).blocks[0])
    assert difference(BASE) == alone
    assert list(alone.cells) == [1, 2, 3]


def test_a_grown_cell():
    found = difference(f"{BASE},0c3:3d3=")
    assert found.grown == {4}
    assert not found.trimmed | found.trimmed_operations | found.trimmed_outputs


def test_everything_is_grown_from_the_empty_network():
    found = block_difference(from_string(BASE).blocks[0], ())
    assert found.grown == {1, 2, 3}


@pytest.mark.parametrize(("text", "place"), [("0id", (2, 1)), ("1id", (2, 0))])
def test_an_operation_that_became_identity(text, place):
    cell = "1id:0d5=" if text == "1id" else "1ap:0id="
    assert difference(BASE.replace("1ap:0d5=", cell)).trimmed_operations == {place}


def test_a_removed_cell_and_what_read_it():
    """Cell 3 read cells 1 and 2; with cell 1 gone it reads the input."""
    found = difference("0,1ap:0d5=,1mp+2mp=")
    assert found.trimmed == {1}
    assert found.trimmed_inputs == {(2, 0): 1, (3, 0): 1}
    assert (found.cells[2].input_1, found.cells[3].input_1) == (0, 0)
    assert not found.trimmed_outputs


def test_a_cell_that_left_the_output_and_one_that_feeds_nothing_then():
    assert difference("0d3+0f7,1ap:0d5,1mp+2mp=").trimmed_outputs == {2}
    found = difference("0d3+0f7,1ap:0d5=,1mp+2mp")
    assert found.trimmed == found.trimmed_outputs == {3}
    assert not found.cells[3].is_output
