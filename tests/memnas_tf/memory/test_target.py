"""What a search aims at, and what fits."""

from dataclasses import replace

import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import PRESETS, from_string
from memnas_tf.memory import arena_memory, lifetime_memory, memory_target, parameter_memory
from memnas_tf.memory import target as target_module
from memnas_tf.memory.arena_memory import DTYPES, KERNELS
from memnas_tf.memory.target import describe_excess
from memnas_tf.template import cifar_template

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

    monkeypatch.setattr(target_module, "arena_memory", unwanted)
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
