"""What a finished search leaves in its directory's `best` folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras

from memnas_tf.data.dataset import ImageDataset
from memnas_tf.documents.archive import check_archive
from memnas_tf.errors import DocumentError, SearchError
from memnas_tf.files import whole_folder
from memnas_tf.memory import format_bytes
from memnas_tf.training.evaluation import accuracy_on_test_split
from memnas_tf.training.facts import TrainingFacts
from memnas_tf.training.network_files import FOLDER, MODEL_FILE, SAVED_MODEL_FOLDER, read_results
from memnas_tf.training.network_folder import NetworkMemory, write_network
from tuner.experiment import fit_arguments
from tuner.search.rounds import PlannedTrial
from tuner.search_directory import remove_best
from tuner.training_settings import TrainingSettings
from tuner.tuner import MemNASTuner


def write_best(
    tuner: MemNASTuner,
    data: ImageDataset,
    training: TrainingSettings,
    best: PlannedTrial,
    say: Callable[[str], None] = lambda line: None,
    export: Callable[..., object] | None = None,
) -> Path:
    """Write the winner: drawing, text, genotype, trained model, SavedModel and results.

    A folder that is there and whole is left as it is: the same search has the same winner, and the
    test split is looked at once. A winner whose weights are gone or damaged is trained again, as it
    was trained: it comes out the same.

    Args:
        tuner: The search.
        data: The data set.
        training: How a trial is trained.
        best: The search's answer.
        say: Called with a line for people if the winner has to be trained again.
        export: Writes a SavedModel of a model, its preprocessing, a folder, a version and facts,
            as `serving.saved_model.export_saved_model` does; None for none.

    Returns:
        The folder.
    """
    folder = Path(tuner.project_dir) / FOLDER
    if read_results(folder, best.genotype) and _is_whole(folder / MODEL_FILE):
        return folder
    model = _trained(tuner, data, training, best, say)
    with whole_folder(folder) as temporary:
        _write(temporary, tuner, data, best, model, export)
        remove_best(Path(tuner.project_dir))
    return folder


def _is_whole(model_file: Path) -> bool:
    try:
        check_archive(model_file)
    except DocumentError:
        return False
    return True


def _trained(
    tuner: MemNASTuner,
    data: ImageDataset,
    training: TrainingSettings,
    best: PlannedTrial,
    say: Callable[[str], None],
) -> keras.Model:
    trial = tuner.oracle.get_trial(str(best.trial_id))
    try:
        return tuner.load_model(trial)
    except SearchError as error:
        say(f"the weights of the winner are gone or damaged; training it again ({error})")
        return tuner.train_again(trial, **fit_arguments(data, training, tuner.settings.seed))


def _write(
    folder: Path,
    tuner: MemNASTuner,
    data: ImageDataset,
    best: PlannedTrial,
    model: keras.Model,
    export: Callable[..., object] | None,
) -> None:
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
    if export and keras.backend.backend() == "tensorflow":  # which alone writes a SavedModel
        export(model, data.preprocessing, folder / SAVED_MODEL_FOLDER, 1, facts)
