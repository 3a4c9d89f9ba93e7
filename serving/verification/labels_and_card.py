"""The labels and the model card are of this network."""

from __future__ import annotations

from serving import extras
from serving.label_file import LABELS_FILE
from serving.model_card import SCHEMA_VERSION
from serving.verification.check import CheckFailed
from serving.verification.exported_version import ExportedVersion


def check_labels_and_card(version: ExportedVersion) -> str:
    """Compare labels, model card and signatures with one another."""
    card, labels = version.card, version.labels
    if card.get("schema") != SCHEMA_VERSION:
        raise CheckFailed(
            f"{extras.CARD_FILE} has the schema {card.get('schema')!r}; this program reads "
            f"{SCHEMA_VERSION}"
        )
    if labels != version.preprocessing.labels:
        raise CheckFailed(
            f"{LABELS_FILE} ({len(labels)} lines) and {extras.CARD_FILE} "
            f"({len(version.preprocessing.labels)} labels) name other classes"
        )
    told = {
        name: {
            side: {key: str(tensor) for key, tensor in tensors.items()}
            for side, tensors in (("inputs", contract.inputs), ("outputs", contract.outputs))
        }
        for name, contract in version.contracts.items()
    }
    if card.get("signatures") != told:
        raise CheckFailed(f"{extras.CARD_FILE} tells of other signatures than the network has")
    version.extra(extras.CARD_PAGE)
    return f"{len(labels)} labels"
