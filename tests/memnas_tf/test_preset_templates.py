"""MemNAS-A and MemNAS-B: they build, and need what is said of them and less than the paper's."""

import keras
import pytest

from memnas_tf import (
    PRESET_TEMPLATES,
    PRESETS,
    arena_memory,
    build_network,
    lifetime_memory,
    parameter_memory,
)

MB = 10**6


def test_each_is_the_size_of_a_preset_of_as_many_blocks():
    assert list(PRESET_TEMPLATES) == ["MemNAS-A", "MemNAS-B"]
    for name, template in PRESET_TEMPLATES.items():
        assert template.blocks == len(PRESETS[name].blocks) == 16
        assert (template.input_shape, template.classes) == ((224, 224, 3), 1000)


@pytest.mark.parametrize(
    ("name", "parameters", "lifetime", "arena", "int8_arena"),
    [
        # Two tensors of the first quarter at once, 56x56 positions of 4 bytes each.
        ("MemNAS-A", 9_999_072, 2 * 56 * 56 * 32 * 4, 1_806_336, 451_584),
        ("MemNAS-B", 13_920_888, 2 * 56 * 56 * 24 * 4, 1_505_280, 376_320),
    ],
)
def test_memory(name, parameters, lifetime, arena, int8_arena):
    genotype, template = PRESETS[name], PRESET_TEMPLATES[name]
    assert parameter_memory(genotype, template) == parameters
    assert lifetime_memory(genotype, template) == lifetime
    assert arena_memory(genotype, template) == arena
    assert arena_memory(genotype, template, dtype="int8") == int8_arena


@pytest.mark.parametrize(
    ("name", "parameters", "total"), [("MemNAS-A", 10.3, 22.8), ("MemNAS-B", 14.8, 28.1)]
)
def test_none_needs_more_than_the_network_of_the_paper_s_table_2(name, parameters, total):
    genotype, template = PRESETS[name], PRESET_TEMPLATES[name]
    ours = parameter_memory(genotype, template)
    assert 0.9 * parameters < ours / MB <= parameters
    assert (ours + lifetime_memory(genotype, template)) / MB <= total


@pytest.mark.parametrize("name", PRESET_TEMPLATES)
def test_the_keras_model_has_as_many_parameters(name):
    keras.backend.clear_session()
    model = build_network(PRESETS[name], PRESET_TEMPLATES[name])
    assert 4 * model.count_params() == parameter_memory(PRESETS[name], PRESET_TEMPLATES[name])
    assert (model.input_shape, model.output_shape) == ((None, 224, 224, 3), (None, 1000))
