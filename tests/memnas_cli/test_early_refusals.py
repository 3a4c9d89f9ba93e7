"""What can be told at once is told before TensorFlow is imported, which takes long."""

import json

from tests.helpers.processes import run_python

ASK = """
import json
import sys
from click.testing import CliRunner
from memnas_cli.main import main
sys.modules["ai_edge_litert"] = None  # as if it were not installed
sys.modules["tflite_micro"] = None
for command in json.loads(sys.argv[1]):
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 2, result.output
    assert "tensorflow" not in sys.modules, command
    print(result.stderr.strip())
"""


def test_refusals_do_not_wait_for_tensorflow(tmp_path):
    (tmp_path / "empty").mkdir()
    for name in ("model.keras", "preprocessing.json"):
        (tmp_path / name).touch()
    missing = ["--dataset", str(tmp_path / "missing")]
    commands = [
        ["search", *missing],
        ["search", "--dataset", str(tmp_path / "empty")],
        ["train", "figure-1b", *missing, "--directory", str(tmp_path / "training")],
        ["export", str(tmp_path / "model.keras"), "--format", "litert", "--to", str(tmp_path)],
        ["export", str(tmp_path / "model.keras"), "--format", "tflm", "--to", str(tmp_path)],
    ]
    told = run_python(ASK, json.dumps(commands)).splitlines()
    assert told == [
        f"Error: There is no folder {missing[1]!r} to read images from: check the path.",
        f"Error: There are no images in {commands[1][2]!r}: lay it out as train/CLASS/*.jpg and "
        "test/CLASS/*.jpg, or as CLASS/*.jpg.",
        f"Error: There is no folder {missing[1]!r} to read images from: check the path.",
        "Error: LiteRT's interpreter is not installed; install it with pip install "
        "'memnas-tf[litert]'",
        "Error: TensorFlow Lite for Microcontrollers is not installed; install it with pip install "
        "'memnas-tf[tflm]' (x86-64 Linux, Python 3.10 to 3.12)",
    ]
