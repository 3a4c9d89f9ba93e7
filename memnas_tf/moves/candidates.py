"""From moves to candidates: what can be a network, each network once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain

from memnas_tf.genotype import Cell, Genotype, canonical_key
from memnas_tf.genotype.genotype import has_output
from memnas_tf.moves.grow import grow
from memnas_tf.moves.move import Move
from memnas_tf.moves.trim import trim
from memnas_tf.operations import OPERATIONS

_RANK = {operation.name: rank for rank, operation in enumerate(OPERATIONS)}


@dataclass(frozen=True)
class Candidate:
    """A network that a round may train.

    Attributes:
        genotype: The architecture.
        key: Its canonical key.
        kind: The kind of move that made it: "grow", "operation", "cell" or "output".
        move: What changed from the base, for people.
    """

    genotype: Genotype
    key: str
    kind: str
    move: str


def generate_candidates(
    base: Genotype, max_cells: int, exclude: Collection[str] = ()
) -> Iterator[Candidate]:
    """Grow and trim a base.

    Args:
        base: The network to start from; the empty network is only grown.
        max_cells: The largest number of cell places in a block.
        exclude: Canonical keys of networks that are not wanted, such as those trained before.

    Yields:
        Each network that differs from the base and from those excluded, once, in a fixed order.
    """
    seen = {canonical_key(base), *exclude}
    grown = grow(base) if base.slots < max_cells else iter(())
    trimmed = trim(base) if base.cells else iter(())
    for move in chain(filter(_may_be_new, grown), trimmed):
        candidate = _as_candidate(move)
        if candidate is not None and candidate.key not in seen:
            seen.add(candidate.key)
            yield candidate


def _may_be_new(grown: Move) -> bool:
    """Tell whether growing gives more than the base, and not what another order of words gives.

    A canonical key would tell as well, and takes a thousand times as long.
    """
    cell = grown.blocks[0][-1]
    if not isinstance(cell, Cell) or not cell.is_output:
        return False  # nothing reads it yet
    operands = [(cell.input_1, _RANK[cell.operation_1]), (cell.input_2, _RANK[cell.operation_2])]
    return operands == sorted(operands)


def _as_candidate(move: Move) -> Candidate | None:
    if not all(has_output(block) for block in move.blocks):
        return None
    genotype = Genotype(move.blocks)
    return Candidate(genotype, canonical_key(genotype), move.kind, move.text)
