"""The plan of a training: all that its result depends on. Needs neither TensorFlow nor Keras."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from memnas_tf.differences import describe_differences, flatten
from memnas_tf.documents import at_least, decode
from memnas_tf.errors import TrainingError
from memnas_tf.genotype import check_buildable
from memnas_tf.template import Template
from memnas_tf.training.recipe import Recipe


@dataclass(frozen=True)
class TrainingPlan:
    """All that the result of a training depends on.

    Attributes:
        genotype: The architecture as a compact string.
        template: The network's size.
        recipe_name: The recipe that was chosen.
        recipe: Its values, with those that were changed.
        dataset: The data set's name.
        dataset_content: What tells a folder's files from others; None for a set known by name.
        streamed: Whether its images are read from disk in every epoch, and cropped there.
        parts: The parts that an epoch comes in.
        limit: How many images of the training split are used; None for all.
        validation_fraction: The part of them that is held out; 0 for none.
        seed: The seed of every random choice.
        policy: Keras's dtype policy, such as "float32" or "mixed_bfloat16".
        devices: How many devices share the training.
        backend: Keras's backend.
    """

    genotype: Annotated[str, check_buildable]
    template: Template
    recipe_name: str
    recipe: Recipe
    dataset: str
    dataset_content: str | None
    streamed: bool
    parts: Annotated[int, at_least(1)]
    limit: Annotated[int, at_least(1)] | None
    validation_fraction: float
    seed: int
    policy: str
    devices: Annotated[int, at_least(1)]
    backend: str

    def to_document(self) -> dict[str, Any]:
        """Return the plan as JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> TrainingPlan:
        """Read what `to_document` returned, as JSON gives it back.

        Args:
            document: The attributes by name.

        Returns:
            The plan.

        Raises:
            TrainingError: If one is missing, unknown or out of its range.
        """
        try:
            plan: TrainingPlan = decode(cls, document)
        except ValueError as error:
            raise TrainingError(f"it is no plan of this version: {error}") from error
        return plan

    def differences(self, other: TrainingPlan) -> list[str]:
        """Describe where two plans differ.

        Args:
            other: The plan to compare with.

        Returns:
            A piece of a sentence per difference, this one's value first.
        """
        return describe_differences(flatten(self.to_document()), flatten(other.to_document()))
