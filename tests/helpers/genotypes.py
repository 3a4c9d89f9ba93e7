"""Random genotypes and templates, for seeded loops and for hypothesis."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import strategies as st

from memnas_tf.genotype import Block, Bypass, Cell, Genotype
from memnas_tf.genotype.genotype import COMBINES, FULL_WIDTH
from memnas_tf.moves.widths import LADDER
from memnas_tf.operations import OPERATIONS
from memnas_tf.template import Template, cifar_template

NAMES = tuple(OPERATIONS)


def cell(text: str) -> Cell:
    """Read one cell in compact notation, such as "0d3+0f7="."""
    from memnas_tf.genotype import from_string

    # Cells before it make the indices that it reads exist.
    (block,) = from_string(",".join(["0id+0id"] * 9 + [text])).blocks
    return block[-1]


def random_block(rng: random.Random, cells: int, bypasses: bool = False) -> Block:
    """Draw a block whose last cell is an output."""
    slots = []
    for index in range(cells):
        if bypasses and index + 1 < cells and rng.random() < 0.2:
            slots.append(Bypass(rng.randint(0, index)))
            continue
        slots.append(
            Cell(
                rng.randint(0, index),
                rng.randint(0, index),
                rng.choice(NAMES),
                rng.choice(NAMES),
                rng.choice(COMBINES),
                index + 1 == cells or rng.random() < 0.4,
            )
        )
    return tuple(slots)


def random_genotype(rng: random.Random, blocks: int, max_cells: int) -> Genotype:
    """Draw a buildable genotype whose blocks differ."""
    return Genotype(
        tuple(random_block(rng, rng.randint(1, max_cells), bypasses=True) for _ in range(blocks))
    )


def random_template(rng: random.Random, blocks: int) -> Template:
    """Draw a small template: any shape, channels, filters, strides and classes."""
    stem = (rng.randint(1, 3),) if rng.random() < 0.2 else ()
    return Template(
        (rng.randint(16, 19), rng.randint(16, 19), rng.choice((1, 3, 4))),
        rng.choice((2, 3, 10, 900)),
        tuple(rng.randint(1, 5) for _ in range(blocks)),
        tuple(rng.choice((1, 2)) for _ in range(blocks)),
        stem,
    )


@st.composite
def cells(draw, index: int, is_output=st.booleans()) -> Cell:  # noqa: B008
    """Draw a cell for the place at `index`, counted from 0."""
    sources = st.integers(0, index)
    return Cell(
        draw(sources),
        draw(sources),
        draw(st.sampled_from(NAMES)),
        draw(st.sampled_from(NAMES)),
        draw(st.sampled_from(COMBINES)),
        draw(is_output),
    )


@st.composite
def raw_blocks(draw, min_cells: int = 0, max_cells: int = 5) -> Block:
    """Draw any block: bypasses, dead cells and blocks without an output included."""
    size = draw(st.integers(min_cells, max_cells))
    bypass = st.integers(0, 5).map(lambda roll: roll == 0)
    return tuple(
        Bypass(draw(st.integers(0, index))) if draw(bypass) else draw(cells(index))
        for index in range(size)
    )


@st.composite
def blocks(draw, max_cells: int = 5) -> Block:
    """Draw a block with at least one output."""
    block = list(draw(raw_blocks(0, max_cells - 1)))
    block.append(draw(cells(len(block), is_output=st.just(True))))
    return tuple(block)


def raw_genotypes(max_blocks: int = 3, max_cells: int = 5) -> st.SearchStrategy[Genotype]:
    """Draw genotypes of blocks that differ, not all of them buildable."""
    return _genotypes(raw_blocks(max_cells=max_cells), max_blocks)


def genotypes(max_blocks: int = 3, max_cells: int = 5) -> st.SearchStrategy[Genotype]:
    """Draw buildable genotypes of blocks that differ, in their widths too."""
    return _genotypes(blocks(max_cells=max_cells), max_blocks)


def _genotypes(block: st.SearchStrategy[Block], most: int) -> st.SearchStrategy[Genotype]:
    width = st.just(FULL_WIDTH) | st.sampled_from(LADDER)
    # A block without cells has no filters, and no code that could hold a width.
    pair = st.tuples(block, width).map(lambda p: (p[0], p[1] if p[0] else FULL_WIDTH))
    drawn = st.lists(pair, min_size=1, max_size=most)
    return drawn.map(lambda pairs: Genotype(*map(tuple, zip(*pairs, strict=True))))


@st.composite
def templates(draw, block_count: int) -> Template:
    """Draw templates with and without a stem."""
    sizes = st.integers(1, 6)
    template = cifar_template(
        (draw(st.integers(16, 21)), draw(st.integers(16, 21)), draw(sizes)),
        draw(st.sampled_from((2, 10, 5000))),
        draw(st.lists(sizes, min_size=block_count, max_size=block_count)),
        block_count,
    )
    stem = tuple(draw(st.lists(sizes, max_size=2)))
    return replace(template, stem=stem)
