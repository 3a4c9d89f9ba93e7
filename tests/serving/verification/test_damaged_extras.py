"""What lies beside a SavedModel is damaged field by field: a check fails, and no more."""

import contextlib
import json
import os
import random
from dataclasses import asdict

import numpy as np
import pytest

from memnas_tf.preprocessing import Preprocessing
from memnas_tf.training.facts import TrainingFacts
from serving import extras
from serving.contract import signature_contracts
from serving.label_file import LABELS_FILE
from serving.model_card import make_card
from serving.samples import sample_images
from serving.verification.check import CheckFailed
from serving.verification.exported_version import ExportedVersion
from serving.verification.labels_and_card import check_labels_and_card
from tests.helpers.damage import damaged_bytes, damaged_fields

PREPROCESSING = Preprocessing((8, 8, 1), (125.0,), (60.0,), ("cat", "dog"))


@pytest.fixture
def folder(tmp_path):
    """What an export lays beside the SavedModel."""
    folder = tmp_path / "1" / extras.FOLDER
    folder.mkdir(parents=True)
    contracts = signature_contracts((8, 8, 1), 2)
    card = make_card(TrainingFacts("0c3+0mp="), PREPROCESSING, contracts, 10, 10)
    assert card["preprocessing"] == asdict(PREPROCESSING)
    (folder / extras.CARD_FILE).write_text(json.dumps(card))
    (folder / LABELS_FILE).write_text("cat\ndog\n")
    (folder / extras.CARD_PAGE).write_text("<p>")
    expected = {"images": sample_images((8, 8, 1)), "probabilities": np.full((8, 2), 0.5)}
    np.savez(folder / extras.EXPECTED_FILE, **expected, tolerance=1e-5)
    return folder


def look(folder):
    with ExportedVersion(folder.parent) as version:
        for read in (check_labels_and_card, lambda version: version.expected):
            with contextlib.suppress(CheckFailed):
                read(version)


def test_what_is_whole_passes(folder):
    with ExportedVersion(folder.parent) as version:
        assert check_labels_and_card(version) == "2 labels"
        assert version.expected.tolerance == 1e-5


@pytest.mark.parametrize("limit", [400, pytest.param(None, marks=pytest.mark.slow)])
def test_no_damage_to_a_card_is_more_than_a_failed_check(folder, limit):
    file = folder / extras.CARD_FILE
    text = file.read_text()
    cases = [*damaged_fields(text, sealed=False), *damaged_bytes(text.encode(), 50)]
    for _, damaged in random.Random(0).sample(cases, limit or len(cases)):
        file.write_bytes(damaged if isinstance(damaged, bytes) else damaged.encode())
        look(folder)
    print(f"model_card.json: {limit or len(cases)} damages")


@pytest.mark.parametrize("name", [LABELS_FILE, extras.EXPECTED_FILE])
def test_no_damage_to_a_file_is_more_than_a_failed_check(folder, name):
    for _, content in damaged_bytes((folder / name).read_bytes(), 60):
        (folder / name).write_bytes(content)
        look(folder)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", [LABELS_FILE, extras.EXPECTED_FILE, extras.CARD_FILE])
def test_a_pipe_is_refused_at_once(folder, name):
    (folder / name).unlink()
    os.mkfifo(folder / name)
    look(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"images": np.zeros((3, 8, 8, 1), np.uint8)},
        {"images": np.zeros((8, 8, 8, 1), np.float32)},
        {"images": np.zeros((8, 8), np.uint8)},
        {"probabilities": np.zeros((8, 2), "S3")},
        {"tolerance": np.zeros(2)},
        {"more": np.zeros(2)},
    ],
)
def test_arrays_of_another_kind_are_refused_by_name(folder, change):
    file = folder / extras.EXPECTED_FILE
    np.savez(file, **{**np.load(file), **change})
    with (
        ExportedVersion(folder.parent) as version,
        pytest.raises(CheckFailed, match=r"expected\.npz is damaged"),
    ):
        _ = version.expected
