"""One key for each network."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memnas_tf.genotype import (
    Bypass,
    Cell,
    Genotype,
    canonical,
    canonical_key,
    from_string,
    live_cells,
)
from memnas_tf.memory import lifetime_memory, parameter_count
from tests.helpers.genotypes import blocks, genotypes, templates


def key(text):
    return canonical_key(from_string(text))


def swapped(cell):
    """The same cell with its two halves exchanged."""
    return replace(
        cell,
        input_1=cell.input_2,
        input_2=cell.input_1,
        operation_1=cell.operation_2,
        operation_2=cell.operation_1,
    )


def relabelled(block, random):
    """The live cells of a block in another topological order, halves exchanged at random."""
    cells = live_cells(block)
    position = {0: 0}
    slots = []
    while len(slots) < len(cells):
        ready = [
            index
            for index, cell in cells.items()
            if index not in position and {cell.input_1, cell.input_2} <= set(position)
        ]
        index = random.choice(ready)
        cell = cells[index]
        cell = replace(cell, input_1=position[cell.input_1], input_2=position[cell.input_2])
        slots.append(swapped(cell) if random.random() < 0.5 else cell)
        position[index] = len(slots)
    return tuple(slots)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("0c3+0d3=", "0d3+0c3="),
        ("0c3:0d3=", "0d3:0c3="),
        ("0c3+0c3=,0d3+0d3=", "0d3+0d3=,0c3+0c3="),
        ("0c3+0c3=,0d3+0d3", "0c3+0c3="),
        ("0d3+0d3,1mp+0mp,0c3+0c3=", "0c3+0c3="),
        ("0c3+0c3,1,2d3+0mp=", "0c3+0c3,0mp+1d3="),
        ("0,1c3+0c3=", "0c3+0c3="),
        ("5x0c3+0d3=", "0c3+0d3=/0d3+0c3=/0c3+0d3=/0c3+0d3=/0c3+0d3="),
    ],
)
def test_one_network_has_one_key(text, same):
    assert key(text) == key(same)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("0c3+0c3,1mp+1mp=", "0c3+0c3,0c3+0c3,1mp+2mp="),
        ("0c3+0d3=", "0c3:0d3="),
        ("0c3+0c3=,1d3+1d3=", "0c3+0c3,1d3+1d3="),
        ("0c3+0c3=", "0c3+0c3=,0c3+0c3="),
        ("0c3+0d3=", "0c3+0d5="),
        ("0c3+0c3,0c3+1d3=", "0c3+0c3,0d3+1c3="),
        ("0c3+0c3=", "2x0c3+0c3="),
        ("0c3+0c3=/0d3+0d3=", "0d3+0d3=/0c3+0c3="),
    ],
)
def test_other_networks_have_other_keys(text, other):
    assert key(text) != key(other)


def test_cells_that_look_the_same_until_one_is_placed():
    """Either pair of twins can be read crosswise: that is the same network still."""
    twins = "0c3+0c3,0c3+0c3,0d3+0d3,0d3+0d3"
    assert key(f"{twins},1c3+3c3=,2c3+4c3=") == key(f"{twins},1c3+4c3=,2c3+3c3=")


def test_keys_of_all_small_blocks_agree_with_brute_force():
    """Two blocks share a key exactly if renaming cells turns one into the other."""
    halves = list(itertools.product((0, 1), ("conv_3x3", "identity")))
    first = [
        Cell(0, 0, a, b, "sum", out)
        for a, b in itertools.product(("conv_3x3", "identity"), repeat=2)
        for out in (True, False)
    ]
    second = [
        Cell(a[0], b[0], a[1], b[1], combine, True)
        for a, b in itertools.product(halves, repeat=2)
        for combine in ("sum", "concat")
    ]
    keys = {}
    for pair in itertools.product(first, second):
        keys.setdefault(canonical_key(Genotype((pair,))), set()).add(_smallest_form(pair))
    assert all(len(forms) == 1 for forms in keys.values())
    assert len(keys) == len(set.union(*keys.values()))


def _smallest_form(block):
    """The smallest of all ways to write a block of at most two cells."""
    cells = list(live_cells(block).items())
    forms = []
    for order in itertools.permutations(cells):
        position = {0: 0}
        form = []
        for index, cell in order:
            if not {cell.input_1, cell.input_2} <= set(position):
                break
            halves = sorted(
                [
                    (position[cell.input_1], cell.operation_1),
                    (position[cell.input_2], cell.operation_2),
                ]
            )
            form.append((tuple(halves), cell.combine, cell.is_output))
            position[index] = len(form)
        else:
            forms.append(tuple(form))
    return min(forms)


@settings(deadline=None, max_examples=200)
@given(blocks(max_cells=7), st.randoms(use_true_random=False))
def test_reordered_cells_share_a_key(block, random):
    assert canonical_key(Genotype((block,))) == canonical_key(
        Genotype((relabelled(block, random),))
    )


@settings(deadline=None, max_examples=200)
@given(blocks(max_cells=4), st.data())
def test_an_inserted_bypass_changes_no_key(block, data):
    place = data.draw(st.integers(0, len(block)))
    target = data.draw(st.integers(0, place))

    def moved(index):
        index += index > place
        return data.draw(st.sampled_from((index, place + 1))) if index == target else index

    later = []
    for slot in block[place:]:
        if isinstance(slot, Bypass):
            later.append(Bypass(moved(slot.target)))
        else:
            later.append(replace(slot, input_1=moved(slot.input_1), input_2=moved(slot.input_2)))
    longer = (*block[:place], Bypass(target), *later)
    assert canonical_key(Genotype((longer,))) == canonical_key(Genotype((block,)))


@settings(deadline=None)
@given(genotypes())
def test_the_canonical_form_is_its_own(genotype):
    form = canonical(genotype)
    assert canonical(form) == form
    assert canonical_key(form) == canonical_key(genotype)
    assert all(isinstance(cell, Cell) for block in form.blocks for cell in block)


@settings(deadline=None, max_examples=100)
@given(genotypes(), st.data())
def test_the_canonical_form_needs_the_same_memory(genotype, data):
    template = data.draw(templates(len(genotype.blocks)))
    form = canonical(genotype)
    assert parameter_count(form, template) == parameter_count(genotype, template)
    assert lifetime_memory(form, template) == lifetime_memory(genotype, template)


def test_live_cells_have_resolved_inputs():
    (block,) = from_string("0c3+0c3,1,0d3+0d3,2mp+0ap=").blocks
    assert live_cells(block) == {
        1: Cell(0, 0, "conv_3x3", "conv_3x3", "sum", False),
        4: Cell(1, 0, "max_pool_3x3", "average_pool_3x3", "sum", True),
    }
