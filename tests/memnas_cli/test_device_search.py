"""A search for a microcontroller, and its trials on the real interpreter."""

import json

import pytest

from memnas_tf.genotype import from_string
from memnas_tf.template import cifar_template
from tests.helpers.micro import converted
from tests.memnas_cli.conftest import SMALL, run_memnas

MAX_RAM, MAX_FLASH = 10_500, 7_000  # between the smallest and the largest of the first round
BOARD = f"""
[tiny]
title = "A board with little, whose pointers are those of the interpreter here"
ram = {MAX_RAM + 1024}
ram_kept = 1024
flash = {MAX_FLASH + 1024}
flash_kept = 1024
runtime = "tflm"
dtype = "int8"
word = 64
source = "none"
"""


@pytest.mark.slow
def test_every_trial_runs_in_the_ram_and_the_flash_of_the_device(tmp_path, data_dir):
    keras = pytest.importorskip("keras")
    pytest.importorskip("tflite_micro", reason="the real interpreter needs tflite-micro")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("only TensorFlow's models convert to LiteRT")
    from memnas_tf.litert.micro_file import make_micro_file
    from memnas_tf.litert.micro_interpreter import runs_in

    (tmp_path / "tiny.toml").write_text(BOARD)
    run_memnas(
        "search", "--data-dir", data_dir, *SMALL, "--device", tmp_path / "tiny.toml", cwd=tmp_path
    )
    shown = run_memnas("show", "searches/digits", "--json", cwd=tmp_path)
    rounds = json.loads(shown.stdout)["rounds"]
    trials = [trial for entry in rounds for trial in entry["trials"]]
    assert len(trials) == 4
    for trial in trials:
        template = cifar_template((8, 8, 1), 10, filters=2)
        content = converted(from_string(trial["genotype"]), template)
        made = make_micro_file(content, rewrite=True).content
        assert len(made) <= MAX_FLASH
        assert runs_in(made, MAX_RAM)
