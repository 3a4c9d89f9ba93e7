"""How a network came to be, as far as it is known: what a model card tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any

from memnas_tf.documents import decode
from memnas_tf.errors import ExportError
from memnas_tf.genotype import check_buildable
from memnas_tf.template import Template


@dataclass(frozen=True)
class TrainingFacts:
    """Facts about a trained network, None for what nobody recorded.

    Attributes:
        genotype: The architecture as a compact string.
        template: The network's size.
        dataset: The data set's name.
        seed: The seed of the search.
        training: How it was trained, as plain values by name.
        val_accuracy: Accuracy on the validation images, from 0 to 1.
        test_accuracy: Accuracy on the test images, from 0 to 1.
    """

    genotype: Annotated[str, check_buildable] | None = None
    template: Template | None = None
    dataset: str | None = None
    seed: int | None = None
    training: Mapping[str, Any] = field(default_factory=dict)
    val_accuracy: float | None = None
    test_accuracy: float | None = None

    def to_document(self) -> dict[str, Any]:
        """Return the facts as JSON can hold them."""
        return asdict(self)


def facts_from_document(document: Mapping[str, Any]) -> TrainingFacts:
    """Read what `TrainingFacts.to_document` returned, among other values or in part.

    Args:
        document: The facts as JSON gives them back.

    Returns:
        The facts.

    Raises:
        ExportError: If a fact is not what it should be.
    """
    names = TrainingFacts.__dataclass_fields__
    known = {name: document[name] for name in names if name in document}
    try:
        facts: TrainingFacts = decode(TrainingFacts, {**TrainingFacts().to_document(), **known})
    except ValueError as error:
        raise ExportError(f"the facts about the network cannot be used: {error}") from error
    return facts
