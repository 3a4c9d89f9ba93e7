"""Devices by name, and of one's own."""

import pytest

from memnas_tf.devices import RUNTIMES, find_device, known_devices
from memnas_tf.errors import ConfigError
from memnas_tf.memory import memory_target

BOARD = """
[my-board]
title = "My board"
ram = 65_536
ram_kept = 16_384
flash = 262_144
flash_kept = 65_536
runtime = "tflm"
dtype = "int8"
word = 32
source = "its data sheet"
"""


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "board.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_there_are_microcontrollers_and_what_runs_litert():
    devices = known_devices()
    assert {profile.runtime for profile in devices.values()} == set(RUNTIMES)
    for name, profile in devices.items():
        target = memory_target(device=name)
        assert (target.device, target.runtime) == (name, profile.runtime)
        assert 0 < target.max_ram < profile.ram
        assert profile.word == (32 if profile.runtime == "tflm" else 64)
        assert profile.source and profile.title


def test_a_file_of_one_s_own_is_a_device(write):
    name, profile = find_device(write(BOARD))
    assert name == "my-board"
    assert (profile.max_ram, profile.max_flash) == (49_152, 196_608)
    assert memory_target(device=write(BOARD)).max_ram == 49_152


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nucleo-f446", "unknown device 'nucleo-f446'; did you mean nucleo-f446re"),
        ("stm32f7", "did you mean stm32f746g-discovery"),
        ("aduino-nano", "did you mean arduino-nano-33-ble"),
        ("Raspberry Pi Pico", "did you mean raspberry-pi-pico"),
        ("qqq", "unknown device 'qqq'; there are arduino-nano-33-ble, .* a TOML file"),
        ("not-there.toml", "not-there.toml': there is no such file"),
    ],
)
def test_a_device_that_is_not_there_is_refused(text, message):
    with pytest.raises(ConfigError, match=message):
        find_device(text)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("ram = 65_536\n", "", "board.toml: my-board.ram is missing"),
        ("ram = 65_536", 'ram = "64kB"', "my-board.ram is '64kB'; it must be a whole number"),
        ("ram = 65_536", "ram = 0", "my-board.ram is 0; it must be at least 1"),
        ("ram_kept = 16_384", "ram_kept = 65_536", "my-board: ram_kept is 65536; it must be less"),
        ("word = 32", "word = 16", "my-board.word is 16; it must be one of 32, 64"),
        ('"tflm"', '"onnx"', "my-board.runtime is 'onnx'; it must be one of 'tflm', 'litert'"),
        ("word = 32", "word = 32\ncolour = 3", "my-board.colour is unknown"),
        ("[my-board]", "", "title stands in no table"),
        ("[my-board]", "[my-board", "is no TOML"),
        (BOARD, "", "has to hold one device; it holds none"),
        (BOARD, BOARD + BOARD.replace("my-", "your-"), "it holds my-board, your-board"),
    ],
)
def test_a_bad_file_is_refused_with_the_key(write, before, after, message):
    with pytest.raises(ConfigError, match=message):
        find_device(write(BOARD.replace(before, after)))
