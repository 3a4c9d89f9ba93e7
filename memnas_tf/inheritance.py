"""Weight inheritance: which weights a candidate takes over from its base. No TensorFlow.

A move changes little of a network, so a candidate need not start from nothing. What a move leaves
keeps its weights. A channel that an operation or the classifier reads and that is new starts with
weights of zero, so a grown network computes what its base computes, and learns from there what the
new cell is good for. So does a widened one, whose new filters nobody weighs yet. Trimming and
narrowing change what a network computes; they keep what is left.

Source: Chen, Goodfellow and Shlens, "Net2Net: Accelerating Learning via Knowledge Transfer", ICLR
2016, for networks that start where a smaller one ended; the moves: the paper, section 3.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from memnas_tf.genotype import Cell, Genotype, live_cells
from memnas_tf.template import Geometry, Template

# For each channel of a tensor the base's channel whose weights are taken; None for a new one.
Channels: TypeAlias = tuple[int | None, ...]


class OperationPlace(NamedTuple):
    """Where an operation stands in a network.

    Attributes:
        block: The block's number, counted from 1.
        cell: The cell's index in it.
        operand: 0 for the cell's first operation, 1 for its second.
    """

    block: int
    cell: int
    operand: int


class Inheritance(NamedTuple):
    """What a network takes over from its base.

    Attributes:
        operations: The operations that keep their weights, each with the channels it reads.
        classifier: The channels that the classifier reads.
    """

    operations: Mapping[OperationPlace, Channels]
    classifier: Channels


def plan_inheritance(genotype: Genotype, base: Genotype, template: Template) -> Inheritance:
    """Tell which weights of its base a network takes over.

    Cells are the same where their indices are, as moves leave them. An operation keeps its
    weights where its kind is the same and it still reads something that was there. One that reads
    another representation than before, as its cell was bypassed, takes channels by their
    positions: its outputs change either way.

    Args:
        genotype: The architecture.
        base: The architecture that moves made it from.
        template: The size of both networks.

    Returns:
        What is taken over; an operation that is not named starts from its own initial weights.

    Raises:
        GenotypeError: If one of them cannot be built.
    """
    genotype.require_buildable()
    base.require_buildable()
    operations: dict[OperationPlace, Channels] = {}
    entering: Channels = tuple(range((template.input_shape, *template.stem_shapes())[-1][2]))
    pairs = zip(template.geometries(base), template.geometries(genotype), strict=True)
    for number, ((old_block, old_geometry), (block, geometry)) in enumerate(pairs, 1):
        before, cells = live_cells(old_block), live_cells(block)
        for index, operand, channels in _kept_operations(
            (before, old_geometry), (cells, geometry), entering
        ):
            operations[OperationPlace(number, index, operand)] = channels
        entering = _output_channels((before, old_geometry.filters), (cells, geometry.filters))
    return Inheritance(operations, entering)


def _kept_operations(
    old: tuple[Mapping[int, Cell], Geometry],
    new: tuple[Mapping[int, Cell], Geometry],
    entering: Channels,
) -> Iterator[tuple[int, int, Channels]]:
    (before, old_geometry), (cells, geometry) = old, new
    for index in filter(before.__contains__, cells):
        pairs = zip(before[index].operands, cells[index].operands, strict=True)
        for operand, ((old_source, old_name), (source, name)) in enumerate(pairs):
            if name != old_name:
                continue
            channels = entering
            if source and source == old_source:
                channels = _made(cells[source], geometry.filters, old_geometry.filters)
            elif source or old_source:
                old_width = _width(before, old_source, old_geometry)
                channels = _by_position(_width(cells, source, geometry), old_width)
            if any(channel is not None for channel in channels):
                yield index, operand, channels


def _width(cells: Mapping[int, Cell], source: int, geometry: Geometry) -> int:
    return cells[source].channels(geometry.filters) if source else geometry.channels


def _by_position(width: int, old_width: int, start: int = 0) -> Channels:
    return tuple(start + i if i < old_width else None for i in range(width))


def _made(cell: Cell, filters: int, old_filters: int) -> Channels:
    """Find the channels that a cell makes of its operations' filters."""
    first = _by_position(filters, old_filters)
    if cell.combine == "sum":
        return first
    return first + _by_position(filters, old_filters, old_filters)


def _output_channels(
    old: tuple[Mapping[int, Cell], int], new: tuple[Mapping[int, Cell], int]
) -> Channels:
    """Find the channels of a block's output, which its output cells make one after another."""
    (before, old_filters), (cells, filters) = old, new
    starts, position = {}, 0
    for index, cell in before.items():
        if cell.is_output:
            starts[index] = position
            position += cell.channels(old_filters)
    channels: list[int | None] = []
    for index, cell in cells.items():
        if cell.is_output:
            made = _made(cell, filters, old_filters if index in starts else 0)
            start = starts.get(index, 0)
            channels += [None if channel is None else start + channel for channel in made]
    return tuple(channels)
