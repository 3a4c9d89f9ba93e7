"""What the runtime needs while it prepares operations, beside figures of the wheel."""

import pytest

from memnas_tf.tflm import MicroGraph, MicroOperation, MicroTensor, tflm_memory


def chain(kind, count, channels):
    """A model of one convolution or dense layer after the other, on 4x4 images or on rows."""
    values = 16 if kind == "CONV_2D" else 1
    tensors = [MicroTensor(values * channels, scales=1)]
    operations = []
    for _ in range(count):
        source, filters, bias = len(tensors) - 1, len(tensors), len(tensors) + 1
        tensors += [
            MicroTensor(channels**2, is_constant=True, scales=channels),
            MicroTensor(4 * channels, is_constant=True, scales=channels),
            MicroTensor(values * channels, scales=1),
        ]
        inputs = source, filters, bias
        operations.append(MicroOperation(kind, inputs, (len(tensors) - 1,), channels=channels))
    return MicroGraph(tuple(tensors), tuple(operations), (0,), (len(tensors) - 1,))


@pytest.mark.parametrize(("count", "smallest"), [(1, 1688), (2, 1960), (3, 2240), (5, 2856)])
def test_few_convolutions_need_more_than_planning(count, smallest):
    assert tflm_memory(chain("CONV_2D", count, channels=2), 64).smallest_arena == smallest


def test_a_dense_layer_needs_no_more_than_is_told():
    told = tflm_memory(chain("FULLY_CONNECTED", 1, channels=8), 64).smallest_arena
    assert told in range(1440, 1440 + 17)
