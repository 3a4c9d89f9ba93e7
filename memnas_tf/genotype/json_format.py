"""Genotypes as JSON documents."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from memnas_tf.documents import parse_json
from memnas_tf.errors import GenotypeError
from memnas_tf.genotype.genotype import FULL_WIDTH, Bypass, Cell, Genotype, Slot

FORMAT = "memnas-genotype"
# The second has widths; a genotype without is written in the first.
VERSIONS = (1, 2)


def to_json(genotype: Genotype) -> str:
    """Write a genotype as a JSON document that `from_json` reads back.

    Args:
        genotype: The architecture.

    Returns:
        The document, ending in a newline.
    """
    blocks = [[_write_slot(slot) for slot in block] for block in genotype.blocks]
    document: dict[str, Any] = {"format": FORMAT, "version": VERSIONS[0], "blocks": blocks}
    if set(genotype.widths) != {FULL_WIDTH}:
        document |= {"version": VERSIONS[1], "widths": list(genotype.widths)}
    return json.dumps(document, indent=1) + "\n"


def from_json(text: str) -> Genotype:
    """Read a JSON document.

    Args:
        text: What `to_json` writes.

    Returns:
        The genotype.

    Raises:
        GenotypeError: If the document is no JSON, of another format or version, or holds an
            architecture that is none.
    """
    try:
        document = parse_json(text)
    except ValueError as error:
        raise GenotypeError(f"this is no JSON document: {error}") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise GenotypeError(f'this is no genotype: a genotype has "format": "{FORMAT}"')
    version = document.get("version")
    if version not in VERSIONS or isinstance(version, bool):
        raise GenotypeError(
            f"genotype version {version!r} is unknown; this program reads {VERSIONS[0]} and "
            f"{VERSIONS[1]}"
        )
    blocks = document.get("blocks")
    if not isinstance(blocks, list) or not all(isinstance(block, list) for block in blocks):
        raise GenotypeError('"blocks" must be a list of lists of cells')
    widths = document.get("widths", []) if version == VERSIONS[1] else []
    if not isinstance(widths, list):
        raise GenotypeError('"widths" must be a list of numbers, one for each block')
    return Genotype(
        tuple(
            tuple(_read_slot(slot, f"block {b}, cell {c}") for c, slot in enumerate(block, 1))
            for b, block in enumerate(blocks, 1)
        ),
        tuple(widths),
    )


def _write_slot(slot: Slot) -> dict[str, Any]:
    return {"bypass": slot.target} if isinstance(slot, Bypass) else asdict(slot)


def _read_slot(value: Any, place: str) -> Slot:
    if isinstance(value, dict) and set(value) == {"bypass"}:
        return Bypass(value["bypass"])
    fields = set(Cell.__dataclass_fields__)
    if not isinstance(value, dict) or set(value) != fields:
        raise GenotypeError(f"{place}: expected an object with {', '.join(sorted(fields))}")
    return Cell(**value)
