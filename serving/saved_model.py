"""Export a trained network as a SavedModel that needs none of our code."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from memnas_tf.errors import ExportError
from memnas_tf.genotype import from_string
from memnas_tf.keras_models.loading import check_measurable, weight_bytes
from memnas_tf.memory import parameter_memory
from memnas_tf.preprocessing import Preprocessing
from memnas_tf.training.facts import TrainingFacts
from serving import extras
from serving.card_page import card_page, draw_pictures
from serving.contract import signature_contracts
from serving.folding import fold_batch_norm
from serving.label_file import LABELS_FILE, check_labels, write_labels
from serving.model_card import make_card
from serving.samples import Expected, sample_images, signature_inputs
from serving.saved_model_files import write_saved_model
from serving.versions import next_version, publish
from serving.warmup_requests import write_warmup

_TOLERANCE = 1e-4
_MIXED_PRECISION_TOLERANCE = 2e-2
# Those of encoded images: grey, RGB, and RGB with transparency.
_CHANNELS = (1, 3, 4)


def export_saved_model(
    model: keras.Model,
    preprocessing: Preprocessing,
    directory: str | Path,
    version: int | None = None,
    facts: TrainingFacts | None = None,
    on_step: Callable[[str], None] | None = None,
) -> Path:
    """Write `<directory>/<version>/`, checked, with all that TF-Serving and its users need.

    The signatures are those of `serving.contract.signature_contracts`. Batch normalisation is
    folded into convolutions. Beside the SavedModel lie requests that warm the server up, the
    labels, a model card, and what the trained network says of sample images, which
    `memnas verify` compares with.

    Args:
        model: The trained network.
        preprocessing: What it was trained with.
        directory: The model directory, as TF-Serving takes it.
        version: The version's number; None for the next.
        facts: How the network came to be, for the model card.
        on_step: Is told what is about to be done, for people who wait.

    Returns:
        The version's directory.

    Raises:
        ModelError: If the model has no graph of layers, or an input whose shape is not fixed.
        ExportError: If the version exists, preprocessing or facts do not fit the model, Keras
            runs on a backend other than TensorFlow, or the export does not pass its checks.
    """
    from serving.verification import require_sound

    facts = facts or TrainingFacts()
    tell = on_step or (lambda step: None)
    _check(model, preprocessing, facts)
    if version is None:
        version = next_version(directory)
    with publish(directory, version) as temporary:
        contracts = signature_contracts(preprocessing.input_shape, len(preprocessing.labels))
        tell("folding batch normalisation")
        served = fold_batch_norm(model)
        tell("writing the SavedModel")
        write_saved_model(served, preprocessing, contracts, temporary)
        tell("writing warm-up requests and the model card")
        images = sample_images(preprocessing.input_shape)
        inputs = signature_inputs(images, preprocessing)
        expected = Expected(images, *_answers(model, inputs["serve_raw"]))
        folder = temporary / extras.FOLDER
        folder.mkdir()
        write_warmup(folder / extras.WARMUP_FILE, contracts, inputs)
        np.savez(folder / extras.EXPECTED_FILE, **expected._asdict())
        sizes = (weight_bytes(model), weight_bytes(served))
        _write_card(folder, make_card(facts, preprocessing, contracts, *sizes), facts)
        write_labels(folder / LABELS_FILE, preprocessing.labels)
        tell("checking the export")
        require_sound(temporary)
        tell("publishing it")
    return Path(directory) / str(version)


def _check(model: keras.Model, preprocessing: Preprocessing, facts: TrainingFacts) -> None:
    backend = keras.backend.backend()
    if backend != "tensorflow":
        raise ExportError(
            f"a SavedModel is written by TensorFlow, and Keras runs on {backend}; "
            "set KERAS_BACKEND=tensorflow"
        )
    check_measurable(model)
    if tuple(model.input_shape[1:]) != preprocessing.input_shape:
        raise ExportError(
            f"the preprocessing is for images of {preprocessing.input_shape}, "
            f"the network takes {tuple(model.input_shape[1:])}"
        )
    if preprocessing.input_shape[2] not in _CHANNELS:
        raise ExportError(
            f"the network takes images of {preprocessing.input_shape[2]} channels; image files "
            "have 1, 3 or 4"
        )
    if model.output_shape[-1] != len(preprocessing.labels):
        raise ExportError(
            f"the network tells {model.output_shape[-1]} classes apart, "
            f"and there are {len(preprocessing.labels)} labels"
        )
    check_labels(preprocessing.labels)
    _check_facts(model, facts)


def _check_facts(model: keras.Model, facts: TrainingFacts) -> None:
    if facts.genotype is None or facts.template is None:
        return
    told = parameter_memory(from_string(facts.genotype), facts.template)
    if told != weight_bytes(model):
        raise ExportError(
            f"the facts are about another network: {facts.genotype} has {told} bytes of "
            f"parameters, the network {weight_bytes(model)}"
        )


def _answers(model: keras.Model, images: Any) -> tuple[NDArray[np.float32], float]:
    """Return what the trained network says of normalised images, and how exact that is."""
    probabilities = keras.ops.convert_to_numpy(model(images, training=False))
    is_full_precision = all(layer.compute_dtype == "float32" for layer in model.layers)
    tolerance = _TOLERANCE if is_full_precision else _MIXED_PRECISION_TOLERANCE
    return probabilities.astype(np.float32), tolerance


def _write_card(folder: Path, card: Mapping[str, object], facts: TrainingFacts) -> None:
    text = json.dumps(card, indent=1, ensure_ascii=False) + "\n"
    (folder / extras.CARD_FILE).write_text(text, encoding="utf-8")
    page = card_page(card, draw_pictures(facts))
    (folder / extras.CARD_PAGE).write_text(page, encoding="utf-8")
