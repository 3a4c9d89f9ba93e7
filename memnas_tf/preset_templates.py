"""The sizes of those presets that are networks as a whole, not only architectures.

Source: the paper, Table 2: what its MemNAS-A and MemNAS-B need of memory, which these are within.
"""

from __future__ import annotations

from memnas_tf.template import Template, imagenet_template

PRESET_TEMPLATES: dict[str, Template] = {
    "MemNAS-A": imagenet_template(filters=(32, 56, 144, 472)),
    "MemNAS-B": imagenet_template(filters=(24, 48, 136, 472)),
}
