"""What a search aims at, and what fits."""

from dataclasses import replace

import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import PRESETS, from_string
from memnas_tf.memory import arena_memory, lifetime_memory, memory_target, parameter_memory
from memnas_tf.memory import needs as needs_module
from memnas_tf.memory.arena_memory import DTYPES, KERNELS
from memnas_tf.memory.macs import mac_count
from memnas_tf.memory.needs import describe_excess, has_budgets
from memnas_tf.template import cifar_template
from memnas_tf.tflm import graph_of, tflm_memory
from memnas_tf.tflm.flash import flash_bytes
from memnas_tf.tflm.planning import planned
from memnas_tf.tflm.rewriting import rewritten

TEMPLATE = cifar_template((16, 16, 3), classes=10, filters=4)
FIGURE = PRESETS["figure-1b"]
SIZES = {"float32": 4, "int8": 1}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kernels", KERNELS)
def test_a_network_s_memory_is_what_the_measures_say(dtype, kernels):
    memory = memory_target(dtype=dtype, kernels=kernels).measure(FIGURE, TEMPLATE)
    assert memory.lifetime_bytes == lifetime_memory(FIGURE, TEMPLATE, SIZES[dtype])
    assert memory.parameter_bytes == parameter_memory(FIGURE, TEMPLATE, SIZES[dtype])
    assert memory.arena_bytes == arena_memory(FIGURE, TEMPLATE, dtype=dtype, kernels=kernels)


def test_the_kernels_make_a_difference():
    reference, optimised = (
        memory_target(kernels=kernels).measure(FIGURE, TEMPLATE).arena_bytes for kernels in KERNELS
    )
    assert reference < optimised


def test_the_intermediate_memory_is_the_one_aimed_at():
    lifetime = memory_target().measure(FIGURE, TEMPLATE)
    arena = memory_target("arena").measure(FIGURE, TEMPLATE)
    assert lifetime.intermediate_bytes == lifetime.lifetime_bytes == arena.lifetime_bytes
    assert arena.intermediate_bytes == arena.arena_bytes != arena.lifetime_bytes


@pytest.mark.parametrize("size", [4, 2, 1])
def test_weights_may_be_smaller_than_values(size):
    memory = memory_target(bytes_per_weight=size).measure(FIGURE, TEMPLATE)
    assert memory.parameter_bytes == parameter_memory(FIGURE, TEMPLATE, size)
    assert memory.lifetime_bytes == lifetime_memory(FIGURE, TEMPLATE)


def test_a_network_fits_up_to_its_budgets_and_no_further():
    memory = memory_target().measure(FIGURE, TEMPLATE)
    arena, parameters = memory.arena_bytes, memory.parameter_bytes

    def fits(**budgets):
        return memory_target(**budgets).measure(FIGURE, TEMPLATE).fits

    assert fits()
    assert fits(max_arena=arena, max_parameters=parameters)
    assert not fits(max_arena=arena - 1, max_parameters=parameters)
    assert not fits(max_arena=arena, max_parameters=parameters - 1)


def test_the_arena_is_laid_out_only_where_it_decides(monkeypatch):
    def unwanted(*args, **kwargs):
        raise AssertionError("the arena was computed")

    monkeypatch.setattr(needs_module, "arena_memory", unwanted)
    memory = memory_target(max_parameters=1, max_arena=1).measure(FIGURE, TEMPLATE)
    assert not memory.fits
    memory = memory_target(max_parameters="1GB").measure(FIGURE, TEMPLATE)
    assert memory.fits
    assert memory.intermediate_bytes == memory.lifetime_bytes


def test_budgets_are_read_as_people_write_them():
    target = memory_target(max_arena="256kB", max_parameters="1MiB")
    assert (target.max_arena, target.max_parameters) == (256_000, 1_048_576)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"memory": "ram"}, "memory is 'ram'; use one of lifetime, arena"),
        ({"dtype": "float8"}, "dtype is 'float8'; use one of float32"),
        ({"kernels": "fast"}, "kernels is 'fast'; use one of reference, optimised"),
        ({"bytes_per_weight": 3}, "bytes_per_weight is 3; use one of 4, 2, 1"),
        ({"bytes_per_weight": True}, "bytes_per_weight is True"),
        ({"max_arena": "much"}, "max_arena: 'much' is no number of bytes"),
        ({"runtime": "onnx"}, "runtime is 'onnx'; use one of tflm, litert"),
        ({"max_ram": "64 kilo"}, "max_ram: '64 kilo' is no number of bytes"),
        ({"max_flash": -1}, "max_flash: -1 is less than 1 byte"),
        ({"max_macs": "2 TB"}, "max_macs: '2 TB' is no number of MACs; write 12.5M"),
        ({"runtime": "litert", "max_flash": 9}, "the size of a file is only known for tflm"),
        ({"device": "pico"}, "unknown device 'pico'; did you mean raspberry-pi-pico"),
        ({"device": 7}, "unknown device 7; "),
        ({"dtype": "", "device": "phone"}, "dtype is ''; use one of float32"),
        ({"max_parameters": 0}, "max_parameters: 0 is less than 1 byte"),
    ],
)
def test_what_cannot_be_aimed_at_is_refused_by_name(arguments, message):
    with pytest.raises(ConfigError, match=message):
        memory_target(**arguments)


# The first needs fewer parameters, the second a smaller arena.
WIDE, HEAVY = from_string("5x0id:0id="), from_string("5x0c3+0c3=")


def networks(**budgets):
    target = memory_target(**budgets)
    return [target.measure(genotype, TEMPLATE) for genotype in (WIDE, HEAVY)]


def test_an_excess_names_the_smallest_and_the_budget():
    wide, heavy = networks()
    assert wide.parameter_bytes < heavy.parameter_bytes
    assert heavy.arena_bytes < wide.arena_bytes
    arena = f"the smallest needs {heavy.arena_bytes:,} bytes where max_arena is 9"
    parameters = f"the smallest needs {wide.parameter_bytes:,} bytes where max_parameters is 7"
    assert describe_excess(networks(max_arena=9)) == arena
    assert describe_excess(networks(max_parameters=7)) == parameters
    assert describe_excess(networks(max_arena=9, max_parameters=7)) == f"{parameters} and {arena}"


def test_budgets_that_no_network_keeps_at_once_are_named_together():
    wide, heavy = networks()
    found = networks(max_arena=heavy.arena_bytes, max_parameters=wide.parameter_bytes)
    assert not any(network.fits for network in found)
    assert describe_excess(found) == (
        f"of those within max_parameters ({wide.parameter_bytes:,} bytes), the smallest needs "
        f"{wide.arena_bytes:,} bytes where max_arena is {heavy.arena_bytes:,}"
    )


def test_a_target_is_a_value():
    assert memory_target(bytes_per_weight=4) == memory_target()
    assert replace(memory_target(), max_arena=5) == memory_target(max_arena="5 B")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("device", [None, "server"])
def test_a_network_s_ram_is_an_arena_in_which_its_file_starts(dtype, device):
    target = memory_target(dtype=dtype, runtime="tflm", device=device)
    assert target.word == (32 if device is None else 64)
    memory = target.measure(FIGURE, TEMPLATE)
    graph = rewritten(graph_of(FIGURE, TEMPLATE, dtype))
    assert memory.ram_bytes == tflm_memory(graph, target.word).smallest_arena
    assert tflm_memory(planned(graph).graph, target.word).smallest_arena <= memory.ram_bytes
    size = flash_bytes(FIGURE, TEMPLATE, dtype)
    assert 1.01 * size <= memory.flash_bytes <= 1.1 * size
    assert memory.macs == mac_count(FIGURE, TEMPLATE)


def test_ram_in_litert_is_its_arena():
    memory = memory_target(runtime="litert", dtype="int8").measure(FIGURE, TEMPLATE)
    assert memory.ram_bytes == memory.arena_bytes


def test_every_budget_is_kept_up_to_its_limit_and_no_further():
    memory = memory_target(dtype="int8").measure(FIGURE, TEMPLATE)
    needs = {
        "max_parameters": memory.parameter_bytes,
        "max_macs": memory.macs,
        "max_arena": memory.arena_bytes,
        "max_ram": memory.ram_bytes,
        "max_flash": memory.flash_bytes,
    }
    assert memory_target(dtype="int8", **needs).measure(FIGURE, TEMPLATE).fits
    assert not has_budgets(memory_target(dtype="int8"))
    for name, need in needs.items():
        less = memory_target(dtype="int8", **{**needs, name: need - 1})
        assert has_budgets(less)
        network = less.measure(FIGURE, TEMPLATE)
        assert not network.fits
        unit = "MACs" if name == "max_macs" else "bytes"
        assert describe_excess([network]) == (
            f"the smallest needs {need:,} {unit} where {name} is {need - 1:,}"
        )


def test_ram_and_flash_are_computed_only_where_they_decide(monkeypatch):
    def unwanted(*args, **kwargs):
        raise AssertionError("the file was laid out")

    monkeypatch.setattr("memnas_tf.tflm.needs.graph_of", unwanted)
    template = replace(TEMPLATE, classes=11)  # of which no file is laid out yet
    assert memory_target(max_macs="1G").measure(FIGURE, template).fits
    first = memory_target(max_macs="1k", max_ram=1, max_flash=1).measure(FIGURE, template)
    assert not first.fits


def test_a_device_decides_what_is_left_out():
    target = memory_target(device="arduino-nano-33-ble")
    assert target.device == "arduino-nano-33-ble"
    assert (target.runtime, target.dtype, target.bytes_per_weight) == ("tflm", "int8", 1)
    assert (target.max_ram, target.max_flash) == (262_144 - 65_536, 1_048_576 - 393_216)
    said = memory_target(
        dtype="float32", max_ram="20kB", max_flash="50kB", device="arduino-nano-33-ble"
    )
    assert (said.dtype, said.max_ram, said.max_flash) == ("float32", 20_000, 50_000)
    litert = memory_target(runtime="litert", device="arduino-nano-33-ble")
    assert (litert.max_ram, litert.max_flash) == (target.max_ram, None)
