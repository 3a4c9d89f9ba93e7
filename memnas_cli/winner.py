"""What a finished search leaves in its directory's `best` folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import keras

from memnas_cli.network_files import NetworkMemory, write_network
from memnas_cli.winner_files import FOLDER, SAVED_MODEL_FOLDER, read_results
from memnas_tf.data.dataset import ImageDataset
from memnas_tf.memory import format_bytes
from memnas_tf.training.evaluation import accuracy_on_test_split
from serving.facts import TrainingFacts
from serving.saved_model import export_saved_model
from tuner.search.rounds import PlannedTrial
from tuner.tuner import MemNASTuner


def write_winner(tuner: MemNASTuner, data: ImageDataset, best: PlannedTrial) -> Path:
    """Write the winner: drawing, text, genotype, trained model, SavedModel and results.

    A folder that is there already is left as it is: the same search has the same winner, and the
    test split is looked at once.

    Args:
        tuner: The search.
        data: The data set.
        best: The search's answer.

    Returns:
        The folder.
    """
    folder = Path(tuner.project_dir) / FOLDER
    if read_results(folder, best.genotype):
        return folder
    temporary = folder.with_name(f".{FOLDER}.{os.getpid()}.tmp")
    temporary.mkdir()
    try:
        _write(temporary, tuner, data, best)
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder


def _write(folder: Path, tuner: MemNASTuner, data: ImageDataset, best: PlannedTrial) -> None:
    model = tuner.get_best_models()[0]
    settings = tuner.settings
    facts = TrainingFacts(
        genotype=best.genotype,
        template=settings.template,
        dataset=data.name,
        seed=settings.seed,
        training=settings.training,
        val_accuracy=settings.objective.document(best.quality).get("val_accuracy"),
        test_accuracy=accuracy_on_test_split(model, data),
    )
    subtitle = (
        f"{settings.objective.format_number(best.quality)} {settings.objective.words}, "
        f"{format_bytes(best.parameter_bytes)} parameters, "
        f"{format_bytes(best.intermediate_bytes)} intermediate"
    )
    memory = NetworkMemory(best.parameter_bytes, best.lifetime_bytes, best.arena_bytes)
    write_network(folder, model, facts, memory, data.preprocessing, subtitle)
    if keras.backend.backend() == "tensorflow":  # which alone writes a SavedModel
        export_saved_model(model, data.preprocessing, folder / SAVED_MODEL_FOLDER, 1, facts)
