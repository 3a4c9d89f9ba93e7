"""Whole trainings on a packed data set."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from benchmarks.whole_run.batches import AUGMENTATIONS, TrainingBatches, augment, mix
from benchmarks.whole_run.dataset import PackedData
from benchmarks.whole_run.packing import Split, load_packed, save_packed, to_images, to_planes
from memnas_tf.data.augmentation import POLICIES, normalize
from memnas_tf.errors import DataError
from memnas_tf.keras_models.loading import load_keras_model
from memnas_tf.preprocessing import Preprocessing
from tests.helpers.processes import ROOT

MEAN, STD = (125.0, 120.0, 110.0), (60.0, 61.0, 62.0)
ABSENT = (
    *("tensorflow", "tensorflow_datasets", "keras_tuner", "tensorboard"),
    *("click", "matplotlib", "PIL", "sklearn"),
)
SCRIPT = f"""
import runpy, sys
sys.modules.update(dict.fromkeys({ABSENT!r}))
runpy.run_module("benchmarks.whole_run", run_name="__main__", alter_sys=True)
"""


def smooth_images(count, side=16):
    """Images whose colours change slowly, as those of photographs do."""
    rng = np.random.default_rng(0)
    corners = rng.uniform(90, 170, (count, 2, 2, 3))
    ramp = np.linspace(0, 1, side)
    rows = np.stack([1 - ramp, ramp], 1)
    return np.einsum("yi,xj,nijc->nyxc", rows, rows, corners).round().astype(np.uint8)


def pack(path, count=96, side=16):
    images = smooth_images(count + 32, side)
    labels = np.argmax(images.mean((1, 2)), -1)
    preprocessing = Preprocessing((side, side, 3), MEAN, STD, ("red", "green", "blue"))
    train, test = Split(images[:count], labels[:count]), Split(images[count:], labels[count:])
    save_packed(path, "smooth", preprocessing, train, test)
    return train, test, preprocessing


def test_a_packed_set_is_read_back(tmp_path):
    train, test, preprocessing = pack(tmp_path / "set.npz")
    packed = load_packed(tmp_path / "set.npz")
    assert (packed.name, packed.preprocessing) == ("smooth", preprocessing)
    for before, after in ((train, packed.train), (test, packed.test)):
        assert np.array_equal(after.labels, before.labels)
        assert np.abs(after.images.astype(int) - before.images).max() <= 6


def test_grey_images_are_packed_as_they_are():
    grey = np.random.default_rng(1).integers(0, 256, (5, 8, 6, 1), np.uint8).repeat(3, -1)
    assert np.array_equal(to_images(*to_planes(grey)), grey)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"something else"])
def test_another_file_is_refused(tmp_path, content):
    path = tmp_path / "set.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"set\.npz.*whole_run\.pack"):
        load_packed(path)


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / "set.npz"
    pack(path)
    with np.load(path) as arrays:
        changed = {**arrays, "train_1": arrays["train_1"][:-9]}
    np.savez(path, **changed)
    with pytest.raises(DataError, match=r"set\.npz"):
        load_packed(path)


def test_images_that_cannot_be_packed_are_refused(tmp_path):
    preprocessing = Preprocessing((8, 8, 1), (1.0,), (1.0,), ("one",))
    split = Split(np.zeros((2, 8, 8, 1), np.uint8), np.zeros(2, np.int64))
    with pytest.raises(DataError, match="8x8x1 cannot be packed"):
        save_packed(tmp_path / "set.npz", "grey", preprocessing, split, split)


def test_policies_are_those_of_a_training_with_tensorflow():
    assert tuple(POLICIES) == AUGMENTATIONS


@pytest.mark.parametrize("policy", POLICIES)
def test_an_augmented_image_is_a_window_of_the_padded_one(policy):
    images = np.random.default_rng(2).normal(size=(40, 16, 16, 2)).astype(np.float32)
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)))
    found = augment(images, policy, np.random.default_rng(3))
    flips = set()
    for number, image in enumerate(found):
        hits = [
            (top, left, flipped)
            for top in range(5)
            for left in range(5)
            for flipped in (False, True)
            if np.array_equal(
                (
                    window := padded[number, top : top + 16, left : left + 16][
                        :, :: -1 if flipped else 1
                    ]
                )[shown := image.any(-1)],
                image[shown],
            )
            and (shown | ~window.any(-1)).mean() > 0.7
        ]
        assert len(hits) == 1
        flips.add(hits[0][2])
    assert flips == ({False, True} if "flip" in policy or policy == "paper" else {False})
    assert np.array_equal(found, images) == (policy == "none")
    hidden = (~found.any(-1)).mean()
    assert (0.1 < hidden < 0.35) if policy == "paper" else hidden < 0.25


def test_mixed_labels_are_those_of_the_mixed_images():
    labels = np.eye(6, dtype=np.float32)
    images = labels[:, None, None, :] * np.ones((1, 2, 2, 1), np.float32)
    mixed, weights = mix(images, labels, 0.4, np.random.default_rng(4))
    assert np.allclose(mixed[:, 0, 0], weights)
    assert np.allclose(weights.sum(1), 1)
    assert 0.01 < weights.max(1).min() < 0.99


def batches(**changes):
    images = smooth_images(20)
    arguments = {"augmentation": "paper", "mixup": 0.2, "batch_size": 6, "seed": 0, "part": 3}
    labels = np.eye(20, dtype=np.float32)
    return TrainingBatches(images, labels, MEAN, STD, **{**arguments, **changes})


def test_later_parts_are_those_that_come_later():
    whole, later = batches(part=1), batches(part=1).from_epoch(2).from_epoch(2)
    for index in range(4):
        for one, other in zip(whole[4 + index], later[index], strict=True):
            assert np.array_equal(one, other)
    assert not np.array_equal(whole[0][0], batches(seed=1)[0][0])


def test_an_epoch_shows_an_image_once_and_the_next_in_another_order():
    plain = batches(augmentation="none", mixup=0.0)
    images = normalize(smooth_images(20), MEAN, STD).numpy()
    orders = []
    for epoch in range(2):
        labels = np.concatenate([plain[3 * epoch + step][1] for step in range(3)]).argmax(1)
        shown = np.concatenate([plain[3 * epoch + step][0] for step in range(3)])
        assert np.allclose(shown, images[labels], atol=1e-5)
        assert len(set(labels)) == 18
        orders.append(list(labels))
    assert orders[0] != orders[1]


def test_parts_that_an_epoch_does_not_have_are_refused(tmp_path):
    pack(tmp_path / "set.npz")
    data = PackedData(load_packed(tmp_path / "set.npz"), parts=4)
    with pytest.raises(DataError, match="6 steps cannot come in 4 parts; choose one of 1, 2, 3, 6"):
        data.training_batches(batch_size=16, augmentation="none", seed=0)
    with pytest.raises(DataError, match="unknown augmentation 'blur'; use one of paper"):
        PackedData(load_packed(tmp_path / "set.npz")).training_batches(
            batch_size=16, augmentation="blur", seed=0
        )
    with pytest.raises(DataError, match="96 images are fewer than a batch of 97"):
        data.training_batches(batch_size=97, augmentation="none", seed=0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"parts": 0}, "parts is 0; it must be at least 1"),
        ({"held_out": 96}, "held_out is 96 of 96 images; take 0 to 95"),
        ({"held_out": -1}, "held_out is -1"),
    ],
)
def test_a_division_that_cannot_be_is_refused(tmp_path, options, message):
    pack(tmp_path / "set.npz")
    with pytest.raises(DataError, match=message):
        PackedData(load_packed(tmp_path / "set.npz"), **options)


def command(data, directory, *options):
    architecture = "2x0d3+0mp="
    return [
        *(sys.executable, "-c", SCRIPT, architecture, "--data", str(data)),
        *("--directory", str(directory), "--filters", "4", "--blocks", "2", "--epochs", "3"),
        *("--batch-size", "16", "--parts", "3", "--held-out", "16", *options),
    ]


def start(arguments):
    return subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.slow
def test_a_run_that_is_killed_or_runs_out_of_time_goes_on_to_the_same_network(
    tmp_path, monkeypatch
):
    """Without TensorFlow, nor anything else but JAX and Keras."""
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    data = tmp_path / "set.npz"
    pack(data, count=112)
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    first = start(command(data, cut))
    progress = cut / "progress.npz"
    while first.poll() is None and not progress.exists():
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert progress.exists()
    short = subprocess.run(
        command(data, cut, "--limit-minutes", "0"), cwd=ROOT, capture_output=True, text=True
    )
    assert short.returncode == 0, short.stderr
    assert "of 9 parts are done; the same command goes on from here" in short.stderr
    runs = [start(command(data, directory)) for directory in (whole, cut)]
    printed = [run.communicate()[0].decode() for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    assert printed[0] == printed[1]
    # Read by TensorFlow: the JAX-trained file, with its accuracy on the test split.
    models = [load_keras_model(folder / "model.keras") for folder in (whole, cut)]
    for one, other in zip(*(model.get_weights() for model in models), strict=True):
        assert np.array_equal(one, other)
    packed = load_packed(data)
    classes = models[0].predict(normalize(packed.test.images, MEAN, STD), verbose=0).argmax(1)
    accuracy = float((classes == packed.test.labels).mean())
    results = json.loads((whole / "results.json").read_text())
    assert results["test_accuracy"] == pytest.approx(accuracy, abs=1e-6)
    assert f"{100 * accuracy:.2f} % test accuracy" in printed[0]


def test_what_does_not_fit_is_said_in_one_line(tmp_path):
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.whole_run", "2x0d3+0mp=", "--epochs", "1"),
            *("--data", str(tmp_path / "none.npz"), "--directory", str(tmp_path / "run")),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 2
    assert finished.stderr.strip().splitlines()[-1].startswith("error: cannot read")
    assert not (tmp_path / "run").exists()
