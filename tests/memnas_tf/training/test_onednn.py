"""When TensorFlow is told to train with oneDNN."""

import os
import platform
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from memnas_tf.keras_models.loading import load_keras_model
from memnas_tf.training.onednn import VARIABLE, choose_onednn

# The command in a process of its own, and what TensorFlow then says of itself.
COMMAND = """
import sys
from memnas_cli.main import main
main(sys.argv[1:], standalone_mode=False)
from tensorflow.python.framework.test_util import IsMklEnabled
print("oneDNN:", IsMklEnabled())
"""
ON_X86 = platform.machine().lower() in ("x86_64", "amd64")


@pytest.mark.parametrize(
    ("machine", "before", "arguments", "after"),
    [
        ("x86_64", None, ("cifar10", None, 32), "1"),
        ("AMD64", None, ("mnist", None, 32), "1"),
        ("x86_64", None, ("digits", None, 32), "0"),
        ("x86_64", None, ("digits", None, 128), "1"),
        ("x86_64", None, ("./photos", (16, 16), 32), "1"),
        ("x86_64", None, ("./photos", (15, 16), 32), "0"),
        ("x86_64", "0", ("cifar10", None, 32), "0"),
        ("x86_64", "1", ("digits", None, 32), "1"),
        ("aarch64", None, ("cifar10", None, 32), None),
    ],
)
def test_it_is_chosen_by_the_size_of_a_batch_where_the_user_has_not(
    monkeypatch, machine, before, arguments, after
):
    monkeypatch.setattr(platform, "machine", lambda: machine)
    if before is None:
        monkeypatch.delenv(VARIABLE, raising=False)
    else:
        monkeypatch.setenv(VARIABLE, before)
    choose_onednn(*arguments)
    assert os.environ.get(VARIABLE) == after


@pytest.fixture
def photos(tmp_path):
    rng = np.random.default_rng(0)
    for name in ("train/cat", "train/dog", "test/cat", "test/dog"):
        folder = tmp_path / "photos" / name
        folder.mkdir(parents=True)
        for number in range(8):
            Image.fromarray(rng.integers(0, 256, (20, 20, 3), np.uint8)).save(
                folder / f"{number}.png"
            )
    return tmp_path / "photos"


def train(dataset, directory, *options):
    """Train, and tell whether TensorFlow used oneDNN."""
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    arguments = ("train", "1x0c3:0d3=", "--dataset", dataset, "--directory", directory, *options)
    ran = subprocess.run(
        [sys.executable, "-c", COMMAND, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return "oneDNN: True" in ran.stdout


SIZE = ("--filters", "4", "--epochs", "2", "--batch-size", "32", "--validation-fraction", "0")


@pytest.mark.slow
@pytest.mark.skipif(not ON_X86, reason="oneDNN is switched on for x86")
def test_a_training_with_it_is_the_same_again_to_the_bit(photos, tmp_path):
    for name in ("one", "other"):
        assert train(photos, tmp_path / name, *SIZE)
    one, other = (load_keras_model(tmp_path / name / "model.keras") for name in ("one", "other"))
    for weights, others in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(weights, others)


@pytest.mark.skipif(not ON_X86, reason="oneDNN is switched off for x86")
def test_digits_train_without(tmp_path):
    assert not train("digits", tmp_path / "digits", "--limit", "64", *SIZE)
