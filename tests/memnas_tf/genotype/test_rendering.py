"""A genotype as text for people."""

from memnas_tf.genotype import PRESETS, Genotype, from_string, render


def test_figure_1b():
    assert render(PRESETS["figure-1b"]) == (
        "blocks 1 to 5, each\n"
        "  C1 = sum of 3x3 depthwise(input) and 1x7 then 7x1(input)\n"
        "  C2 = concat of 3x3 average pooling(C1) and 5x5 depthwise(input)  -> output\n"
        "  C3 = sum of 3x3 max pooling(C1) and 3x3 max pooling(C2)  -> output"
    )


def test_blocks_that_differ_bypasses_and_identity():
    assert render(from_string("0id+0c3=,1/0c3+0a3=/0c3+0a3=")) == (
        "block 1\n"
        "  C1 = sum of identity(input) and 3x3 convolution(input)  -> output\n"
        "  C2 = C1 (cell removed)\n"
        "blocks 2 to 3, each\n"
        "  C1 = sum of 3x3 convolution(input) and 3x3 dilated(input)  -> output"
    )


def test_blocks_of_another_width_stand_apart_and_tell_it():
    assert render(from_string("0c3+0a3=/0c3+0a3=@12/0c3+0a3=@12")) == (
        "block 1\n"
        "  C1 = sum of 3x3 convolution(input) and 3x3 dilated(input)  -> output\n"
        "blocks 2 to 3, each, 12/8 of the filters\n"
        "  C1 = sum of 3x3 convolution(input) and 3x3 dilated(input)  -> output"
    )


def test_empty():
    assert render(Genotype.empty(2)) == "blocks 1 to 2, each\n  no cells"
