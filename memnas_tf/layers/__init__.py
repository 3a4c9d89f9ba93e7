"""Networks as plain Keras 3 layers and models, on any backend."""

from memnas_tf.layers.batch_normalization import FusedBatchNormalization
from memnas_tf.layers.cell_layer import CellLayer
from memnas_tf.layers.network import build_block, build_network
from memnas_tf.layers.operation_layer import OperationLayer

__all__ = [
    "CellLayer",
    "FusedBatchNormalization",
    "OperationLayer",
    "build_block",
    "build_network",
]
