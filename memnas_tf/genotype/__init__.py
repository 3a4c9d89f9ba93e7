"""Architectures as values: no TensorFlow, no Keras."""

from memnas_tf.genotype.canonical import canonical, canonical_key, live_cells
from memnas_tf.genotype.difference import BlockDifference, block_difference
from memnas_tf.genotype.encoding import code_width, decode, encode
from memnas_tf.genotype.genotype import Block, Bypass, Cell, Genotype
from memnas_tf.genotype.json_format import from_json, to_json
from memnas_tf.genotype.loading import BEST_FILE, GENOTYPE_FILE, load_genotype
from memnas_tf.genotype.notation import (
    cell_to_string,
    check_buildable,
    from_string,
    to_string,
)
from memnas_tf.genotype.presets import PRESETS
from memnas_tf.genotype.rendering import render

__all__ = [
    "BEST_FILE",
    "GENOTYPE_FILE",
    "PRESETS",
    "Block",
    "BlockDifference",
    "Bypass",
    "Cell",
    "Genotype",
    "block_difference",
    "canonical",
    "canonical_key",
    "cell_to_string",
    "check_buildable",
    "code_width",
    "decode",
    "encode",
    "from_json",
    "from_string",
    "live_cells",
    "load_genotype",
    "render",
    "to_json",
    "to_string",
]
