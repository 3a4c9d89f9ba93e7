"""What the command sets before TensorFlow is imported."""

import os
import platform
import subprocess
import sys

import pytest

from memnas_cli.tensorflow_defaults import ONEDNN, set_tensorflow_defaults


@pytest.mark.parametrize(
    ("machine", "before", "after"),
    [
        ("x86_64", None, "1"),
        ("AMD64", None, "1"),
        ("x86_64", "0", "0"),
        ("aarch64", None, None),
        ("aarch64", "1", "1"),
    ],
)
def test_onednn_is_switched_on_where_it_was_measured(monkeypatch, machine, before, after):
    monkeypatch.setattr(platform, "machine", lambda: machine)
    if before is None:
        monkeypatch.delenv(ONEDNN, raising=False)
    else:
        monkeypatch.setenv(ONEDNN, before)
    set_tensorflow_defaults()
    assert os.environ.get(ONEDNN) == after


@pytest.mark.skipif(
    platform.machine().lower() not in ("x86_64", "amd64"), reason="oneDNN is switched on for x86"
)
def test_tensorflow_within_the_command_uses_onednn():
    environment = {name: value for name, value in os.environ.items() if name != ONEDNN}
    ran = subprocess.run(
        [sys.executable, "-c", "import memnas_cli.main, tensorflow"],
        env={**environment, "TF_CPP_MIN_LOG_LEVEL": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "oneDNN custom operations are on" in ran.stderr
