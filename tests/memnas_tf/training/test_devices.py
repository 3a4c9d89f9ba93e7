"""Devices that share a training. CPUs are split into virtual ones, in a process of its own."""

import json

import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.training.devices import check_devices, compute_capability
from tests.helpers.processes import run_python

# Train with one device and with two; print what came of each.
SCRIPT = """
import json, sys
from pathlib import Path

import keras

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

    halves = [tf.config.LogicalDeviceConfiguration()] * 2
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, halves)

from memnas_cli.main import main

folder, data_dir, common = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
for devices in ("1", "2"):
    directory = str(folder / devices)
    arguments = ["--directory", directory, "--devices", devices, "--data-dir", data_dir]
    main(["train", *common, *arguments, "--quiet", "--json"], standalone_mode=False)
"""
# Without batch normalisation's own share of a batch the two would differ by rounding alone.
OPTIONS = ["0c3+0d3=", "--blocks", "1", "--filters", "4", "--epochs", "2", "--recipe", "modern"]
OPTIONS += ["--limit", "200", "--batch-size", "64", "--validation-fraction", "0.175"]


def documents(text):
    """Read JSON documents that follow one another."""
    decoder, found = json.JSONDecoder(), []
    while text:
        document, end = decoder.raw_decode(text)
        found.append(document)
        text = text[end:].lstrip()
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("backend", "tolerance"),
    [
        ("jax", 1e-3),  # batch normalisation sees the whole batch
        ("tensorflow", 0.5),  # its own half
    ],
)
def test_two_devices_train_as_one(backend, tolerance, tmp_path):
    if backend == "jax":
        pytest.importorskip("jax", reason="the JAX backend needs JAX")
    printed = run_python(
        SCRIPT,
        str(tmp_path),
        str(tmp_path / "data"),
        *OPTIONS,
        KERAS_BACKEND=backend,
        XLA_FLAGS="--xla_force_host_platform_device_count=2",
    )
    one, two = documents(printed)
    assert (one["plan"]["devices"], two["plan"]["devices"]) == (1, 2)
    assert (two["plan"]["backend"], two["state"]) == (backend, "finished")
    for name in ("loss", "val_loss"):
        # 35 validation images, of which two devices share 34: the last is left out.
        wide = tolerance if name == "loss" else max(tolerance, 0.05)
        assert two["curve"][name] == pytest.approx(one["curve"][name], rel=wide)


def test_a_batch_that_devices_cannot_share_is_refused(monkeypatch):
    monkeypatch.setattr("keras.distribution.list_devices", lambda: ["gpu:0", "gpu:1", "gpu:2"])
    check_devices(2, 128)
    with pytest.raises(ConfigError, match=r"cannot be shared by 3 devices; .* such as 129"):
        check_devices(3, 128)
    with pytest.raises(ConfigError, match=r"devices is 4, and Keras sees 3 .*ask for 1 to 3"):
        check_devices(4, 128)


def test_a_machine_without_a_gpu_has_no_compute_capability():
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        pytest.skip("this machine has a GPU")
    assert compute_capability() is None
