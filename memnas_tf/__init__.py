"""What a network is: genotype, moves, memory and metric without TensorFlow; layers and data with.

from memnas_tf import PRESETS, arena_memory, build_network, cifar_template, lifetime_memory

template = cifar_template((32, 32, 3), classes=10, filters=64)
lifetime_memory(PRESETS["figure-1b"], template)  # bytes, nothing is built
arena_memory(PRESETS["figure-1b"], template, dtype="int8")  # what LiteRT allocates
model = build_network(PRESETS["figure-1b"], template)  # a Keras model
"""

from importlib import import_module
from typing import Any

from memnas_tf.errors import MemNASError
from memnas_tf.genotype import PRESETS, Cell, Genotype, from_string, load_genotype, to_string
from memnas_tf.memory import arena_memory, lifetime_memory, parameter_memory
from memnas_tf.metric import memory_efficiency
from memnas_tf.preset_templates import PRESET_TEMPLATES
from memnas_tf.template import Template, cifar_template, imagenet_template

# Imported when first used: what is light must stay light.
_HOMES = {
    "build_network": "memnas_tf.layers",
    "draw_genotype": "memnas_tf.drawing",
    "estimate_memory": "memnas_tf.keras_models.estimate",
    "load_dataset": "memnas_tf.data.loading",
}

__all__ = [
    "PRESETS",
    "PRESET_TEMPLATES",
    "Cell",
    "Genotype",
    "MemNASError",
    "Template",
    "arena_memory",
    "build_network",
    "cifar_template",
    "draw_genotype",
    "estimate_memory",
    "from_string",
    "imagenet_template",
    "lifetime_memory",
    "load_dataset",
    "load_genotype",
    "memory_efficiency",
    "parameter_memory",
    "to_string",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
