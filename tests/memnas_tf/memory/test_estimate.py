"""All numbers of one architecture."""

from memnas_tf.genotype import PRESETS
from memnas_tf.memory import arena_memory, lifetime_memory, parameter_memory
from memnas_tf.memory.estimate import estimate_genotype
from memnas_tf.template import cifar_template


def test_an_estimate_holds_what_each_measure_gives():
    genotype, template = PRESETS["figure-1b"], cifar_template((32, 32, 3), 10, filters=8)
    estimate = estimate_genotype(genotype, template)
    assert estimate.parameter_bytes == parameter_memory(genotype, template)
    assert estimate.lifetime_bytes == lifetime_memory(genotype, template)
    for dtype in ("float32", "int8"):
        for kernels in ("reference", "optimised"):
            arena = arena_memory(genotype, template, dtype=dtype, kernels=kernels)
            assert estimate.arena_bytes[dtype][kernels] == arena
            assert estimate.best_order_bytes[dtype][kernels] <= arena
    assert (
        estimate.best_order_bytes["int8"]["optimised"] < estimate.arena_bytes["int8"]["optimised"]
    )
