"""From moves to candidates: what can be a network, each network once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from memnas_tf.genotype import Genotype, canonical_key
from memnas_tf.genotype.genotype import has_output
from memnas_tf.moves.move import Move
from memnas_tf.moves.registered import DEFAULT_MOVES, MOVES
from memnas_tf.template import Template


@dataclass(frozen=True)
class Candidate:
    """A network that a round may train.

    Attributes:
        genotype: The architecture.
        key: Its canonical key.
        family: The name in `MOVES` of the moves that made it, such as "grow" or "trim".
        kind: The kind of move among them, such as "grow", "operation", "cell" or "output".
        move: What changed from the base, for people.
    """

    genotype: Genotype
    key: str
    family: str
    kind: str
    move: str


def generate_candidates(
    base: Genotype,
    max_cells: int,
    exclude: Collection[str] = (),
    moves: Sequence[str] = DEFAULT_MOVES,
    template: Template | None = None,
) -> Iterator[Candidate]:
    """Make every move from a base.

    Args:
        base: The network to start from; the empty network is only grown.
        max_cells: The largest number of cell places in a block.
        exclude: Canonical keys of networks that are not wanted, such as those trained before.
        moves: Names in `MOVES`, in the order in which they are made.
        template: The size of the networks, which moves of shape look at.

    Yields:
        Each network that differs from the base and from those excluded, once, in a fixed order.
    """
    seen = {canonical_key(base), *exclude}
    most = max(max_cells, base.slots)  # what is too large already is trimmed
    for family in moves:
        for move in MOVES.require(family)(base, template):
            candidate = _as_candidate(family, move, most)
            if candidate is not None and candidate.key not in seen:
                seen.add(candidate.key)
                yield candidate


def _as_candidate(family: str, move: Move, most_cells: int) -> Candidate | None:
    if not all(has_output(block) and len(block) <= most_cells for block in move.blocks):
        return None
    genotype = Genotype(move.blocks, move.widths)
    return Candidate(genotype, canonical_key(genotype), family, move.kind, move.text)
