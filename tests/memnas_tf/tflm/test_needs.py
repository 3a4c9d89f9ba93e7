"""What a search for a device asks of every network."""

import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import from_string
from memnas_tf.memory import memory_target
from memnas_tf.template import cifar_template
from memnas_tf.tflm import graph_of, tflm_memory
from memnas_tf.tflm.flash import flash_bytes
from memnas_tf.tflm.needs import flash_needed, ram_needed
from memnas_tf.tflm.planning import planned
from memnas_tf.tflm.rewriting import rewritten
from tuner.search.limits import require_fit

GENOTYPE = from_string("2x0a3:0f7=,1d5+0mp=")


def test_what_is_needed_is_enough_for_the_exported_file():
    template = cifar_template((16, 16, 3), 10, filters=4, blocks=2)
    exported = planned(rewritten(graph_of(GENOTYPE, template))).graph
    assert ram_needed(GENOTYPE, template, "int8", 32) >= tflm_memory(exported).smallest_arena
    assert flash_needed(GENOTYPE, template, "int8") >= flash_bytes(GENOTYPE, template)


def test_more_classes_than_the_runtime_takes_are_refused_before_any_training():
    device = memory_target(device="nrf52840-dk")
    require_fit(cifar_template((8, 8, 1), 511, filters=2, blocks=1), 1, device)
    with pytest.raises(ConfigError, match=r"SOFTMAX of as many values.* takes 511 at most"):
        require_fit(cifar_template((8, 8, 1), 512, filters=2, blocks=1), 1, device)
