"""Random genotypes and a target that follows from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from memnas_tf.genotype import Cell, Genotype
from memnas_tf.operations import searched_operations
from memnas_tf.template import cifar_template
from tuner.ranking import LabelledRound, training

BLOCKS = 3
MAX_CELLS = 4
TEMPLATE = cifar_template((32, 32, 3), 10, 16, BLOCKS)
NAMES = tuple(op.name for op in searched_operations())


def random_cell(generator: np.random.Generator, index: int, is_output: bool) -> Cell:
    """Draw the cell at a place of a block."""
    input_1, input_2 = (int(i) for i in generator.integers(index + 1, size=2))
    name_1, name_2 = (NAMES[i] for i in generator.integers(len(NAMES), size=2))
    combine = ("sum", "concat")[generator.integers(2)]
    return Cell(input_1, input_2, name_1, name_2, combine, is_output)


def random_genotype(generator: np.random.Generator) -> Genotype:
    """Draw an architecture of 1 to `MAX_CELLS` cells in each block."""
    return Genotype(
        tuple(
            tuple(
                random_cell(generator, i, is_output=i == cells - 1 or bool(generator.integers(2)))
                for i in range(cells)
            )
            for cells in (int(generator.integers(1, MAX_CELLS + 1)) for _ in range(BLOCKS))
        )
    )


def random_genotypes(count: int, seed: int) -> tuple[Genotype, ...]:
    """Draw architectures."""
    generator = np.random.default_rng(seed)
    return tuple(random_genotype(generator) for _ in range(count))


def target(genotype: Genotype) -> float:
    """Return the number of 3x3 convolutions minus the number of cells."""
    cells = [cell for block in genotype.blocks for cell in block]
    names = [name for cell in cells for name in (cell.operation_1, cell.operation_2)]
    return float(names.count("conv_3x3") - len(cells))


def labelled(count: int, seed: int) -> LabelledRound:
    """Draw a round and its targets."""
    genotypes = random_genotypes(count, seed)
    return LabelledRound(genotypes, tuple(target(genotype) for genotype in genotypes))


@pytest.fixture
def draw() -> Callable[[int, int], tuple[Genotype, ...]]:
    """Draw `count` architectures from `seed`."""
    return random_genotypes


@pytest.fixture
def label() -> Callable[[int, int], LabelledRound]:
    """Draw a round of `count` candidates from `seed`."""
    return labelled


@pytest.fixture
def sizes() -> dict[str, Any]:
    """Return what a ranker has to know of these architectures."""
    return {"max_cells": MAX_CELLS, "blocks": BLOCKS, "template": TEMPLATE}


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train for a few steps only, where what is learned does not matter."""
    monkeypatch.setattr(training, "STEPS", 8)
