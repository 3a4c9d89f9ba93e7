"""The arena straight from a genotype."""

import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import PRESETS, from_string
from memnas_tf.memory import arena_memory
from memnas_tf.template import cifar_template


@pytest.mark.parametrize("setting", [{"dtype": "int4"}, {"kernels": "fast"}])
def test_unknown_settings_are_refused(setting):
    template = cifar_template((16, 16, 3), 10, filters=4)
    with pytest.raises(ConfigError, match=next(iter(setting.values()))):
        arena_memory(PRESETS["figure-1b"], template, **setting)


def test_one_convolution_by_hand():
    # Input 8x8x3 throughout; two 3x3 convolutions to 4 channels, which the sum then reads.
    network, template = from_string("1x0c3+0c3="), cifar_template((8, 8, 3), 10, 4, 1)
    image, tensor, unrolled = 8 * 8 * 3, 8 * 8 * 4, 8 * 8 * 3 * 9
    for dtype, size in (("float32", 4), ("int8", 1)):
        assert arena_memory(network, template, dtype=dtype) == size * (image + 2 * tensor)
        # While a convolution runs: the image, its unrolled copy and both outputs at most.
        optimised = arena_memory(network, template, dtype=dtype, kernels="optimised")
        assert optimised == size * (image + unrolled + 2 * tensor)


def test_int8_needs_about_a_quarter():
    template = cifar_template((32, 32, 3), 10, filters=16)
    sizes = [arena_memory(PRESETS["figure-1b"], template, dtype=d) for d in ("float32", "int8")]
    assert 3.9 < sizes[0] / sizes[1] <= 4
