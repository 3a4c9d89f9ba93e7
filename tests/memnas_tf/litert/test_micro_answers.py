"""How answers of microcontrollers differ from those of LiteRT's reference kernels, and why."""

import math
import random

import numpy as np
import pytest

from tests.helpers.genotypes import random_genotype, random_template
from tests.helpers.micro import converted, random_images

keras = pytest.importorskip("keras")
pytest.importorskip("ai_edge_litert", reason="LiteRT's answers need ai-edge-litert")
pytest.importorskip("tflite_micro", reason="the other answers need tflite-micro")
pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="only TensorFlow's models convert to LiteRT"
)


def rounded_twice(value, multiplier, shift):
    """Multiply by multiplier * 2 ** (shift - 31), rounding before the shift and after it."""
    product = value * multiplier
    high = abs(product + (1 << 30 if product >= 0 else 1 - (1 << 30))) >> 31
    high = high if product >= 0 else -high
    mask = (1 << -shift) - 1
    threshold = (mask >> 1) + (high < 0)
    return (high >> -shift) + ((high & mask) > threshold)


def rounded_once(value, multiplier, shift):
    """Multiply by multiplier * 2 ** (shift - 31), rounding at the end."""
    bits = 31 - shift
    return (value * multiplier + (1 << (bits - 1))) >> bits


@pytest.mark.parametrize("seed", [0, 3])
def test_all_is_equal_up_to_the_dense_layer_which_rounds_twice(seed):
    from ai_edge_litert import interpreter as litert
    from tflite_micro import runtime

    from memnas_tf.litert.flatbuffer import kind_of, read_flatbuffer

    rng = random.Random(seed)
    genotype, template = random_genotype(rng, 2, max_cells=4), random_template(rng, 2)
    content = converted(genotype, template, seed)
    model = read_flatbuffer(content)
    reference = litert.Interpreter(
        model_content=content,
        experimental_op_resolver_type=litert.OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    reference.allocate_tensors()
    keep = runtime.InterpreterConfig.kPreserveAllTensors
    micro = runtime.Interpreter.from_bytes(content, arena_size=1 << 22, intrepreter_config=keep)

    def both(tensor):
        given = micro.GetTensor(tensor, 0)
        given = given["tensor_data"] if isinstance(given, dict) else given
        expected = reference.get_tensor(tensor)
        return expected.astype(np.int64), np.asarray(given).astype(np.int64).reshape(expected.shape)

    tensors = model.subgraphs[0].tensors
    for image in random_images(template, 10, seed):
        reference.set_tensor(reference.get_input_details()[0]["index"], image[None])
        reference.invoke()
        micro.set_input(image[None], 0)
        micro.invoke()
        for operator in model.subgraphs[0].operators:
            output = int(operator.outputs[0])
            if kind_of(model, operator) != "FULLY_CONNECTED":
                np.testing.assert_array_equal(*both(output))
                continue
            source, filters, bias = map(int, operator.inputs)
            q_source, q_filters, q_output = (
                tensors[tensor].quantization for tensor in (source, filters, output)
            )
            values = both(source)[0].ravel() - int(q_source.zeroPoint[0])
            sums = reference.get_tensor(filters).astype(np.int64) @ values
            sums += reference.get_tensor(bias)
            for channel, (once, twice) in enumerate(zip(*map(np.ravel, both(output)), strict=True)):
                scale = float(q_source.scale[0]) * float(q_filters.scale[channel])
                fraction, shift = math.frexp(scale / float(q_output.scale[0]))
                arguments = int(sums[channel]), round(fraction * 2**31), shift
                zero = int(q_output.zeroPoint[0])
                assert once == np.clip(rounded_once(*arguments) + zero, -128, 127)
                assert twice == np.clip(rounded_twice(*arguments) + zero, -128, 127)
            if not np.array_equal(*both(output)):
                break  # the probabilities differ as well
