"""Write all that belongs to a trained network into its folder."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import keras

from memnas_tf.documents import write_document
from memnas_tf.files import whole_file, write_text
from memnas_tf.genotype import GENOTYPE_FILE, from_string, render, to_json
from memnas_tf.preprocessing import PREPROCESSING_FILE, Preprocessing
from memnas_tf.training.facts import TrainingFacts
from memnas_tf.training.network_files import (
    DRAWING_FILE,
    MODEL_FILE,
    RESULTS_FILE,
    TEXT_FILE,
)


class NetworkMemory(NamedTuple):
    """What a network needs for one image, in bytes.

    Attributes:
        parameter_bytes: Of weights and moments.
        lifetime_bytes: The paper's measure of intermediate results.
        arena_bytes: What the LiteRT interpreter allocates.
    """

    parameter_bytes: int
    lifetime_bytes: int
    arena_bytes: int


def write_network(
    folder: Path,
    model: keras.Model,
    facts: TrainingFacts,
    memory: NetworkMemory,
    preprocessing: Preprocessing,
    subtitle: str | None,
) -> None:
    """Write drawing, text, genotype, model and, last of all, results, each atomically.

    Args:
        folder: Where to write them.
        model: The trained network.
        facts: How it came to be, its genotype among them.
        memory: What it needs.
        preprocessing: What turns pixels into its input.
        subtitle: What its drawing says of it; None for no drawing, which needs Matplotlib.
    """
    genotype = from_string(str(facts.genotype))
    write_text(folder / GENOTYPE_FILE, to_json(genotype))
    write_text(folder / TEXT_FILE, f"{facts.genotype}\n\n{render(genotype)}\n")
    preprocessing.save(folder / PREPROCESSING_FILE)
    if subtitle is not None:
        from memnas_tf.drawing import draw_genotype

        draw_genotype(
            genotype, folder / DRAWING_FILE, facts.dataset, subtitle, template=facts.template
        )
    with whole_file(folder / MODEL_FILE) as temporary:
        model.save(temporary)
    results = {**facts.to_document(), **memory._asdict()}
    write_document(folder / RESULTS_FILE, results, indent=1)
