"""TensorFlow Lite for Microcontrollers: what it needs of RAM and flash, known without running it.

Nothing here needs TensorFlow. `memnas_tf.litert` reads and writes the files.
"""

from memnas_tf.tflm.graph import MicroGraph, MicroOperation, MicroTensor
from memnas_tf.tflm.memory import TflmMemory, tflm_memory
from memnas_tf.tflm.network import graph_of

__all__ = [
    "MicroGraph",
    "MicroOperation",
    "MicroTensor",
    "TflmMemory",
    "graph_of",
    "tflm_memory",
]
